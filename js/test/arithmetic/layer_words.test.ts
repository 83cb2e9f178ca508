import { describe, expect, it } from "vitest";
import { matches, shapeText } from "../../src/arithmetic/layer_words";

describe("layers", () => {
  const row = { name: "features.6", kind: "Conv2d", title: "" };
  it("are found by every word of the search", () => {
    expect([matches(row, ""), matches(row, "conv FEAT"), matches(row, "conv relu")]).toEqual([true, true, false]);
  });
  it("are found by their titles, too, and with spaces round the words", () => {
    const titled = { ...row, title: "Second stage" };
    expect([matches(titled, "stage"), matches(titled, "  conv  SECOND "), matches(titled, "third")]).toEqual([true, true, false]);
  });
  it("show their shape", () => expect([shapeText([64, 27, 27]), shapeText([1000])]).toEqual(["64 × 27 × 27", "1000"]));
});
