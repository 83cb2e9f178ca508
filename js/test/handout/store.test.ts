// What Python packs into a page; the cases are those of tests/unit/widgets/page/test_handout.py.
import { describe, expect, it } from "vitest";
import written from "../../../tests/fixtures/packed.json";
import { unpack } from "../../src/handout/store";

const cases: { bytes: string; text: string }[] = written;
const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

describe("packed bytes", () => {
  it("are there with one plane and with four, with every number of bytes left at the end", () => {
    expect(new Set(cases.map(({ text }) => text[0]))).toEqual(new Set(["1", "4"]));
    expect(new Set(cases.map(({ text }) => text.length % 5)).size).toBeGreaterThan(3);
  });
  it.each(cases)("come back: $bytes", async ({ bytes, text }) => expect(hex(await unpack(text))).toBe(bytes));
  it("are none where there is no text", async () => expect(await unpack("")).toHaveLength(0));
});
