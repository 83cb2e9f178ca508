import { describe, expect, it } from "vitest";
import { isPlain } from "../../src/link/key_shield";

const stroke = (key: string, held: Partial<Record<"shiftKey" | "ctrlKey" | "metaKey" | "altKey", boolean>> = {}) => ({
  key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...held,
});

describe("keys kept from the notebook", () => {
  it("are plain ones", () => expect([isPlain(stroke("d")), isPlain(stroke("Enter")), isPlain(stroke("T", { shiftKey: true }))]).toEqual([true, true, true]));
  it("are no chords, function keys or Shift+Enter", () => {
    expect([stroke("s", { ctrlKey: true }), stroke("F5"), stroke("Enter", { shiftKey: true })].map(isPlain)).toEqual([false, false, false]);
  });
});
