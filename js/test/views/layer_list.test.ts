import { describe, expect, it } from "vitest";
import { matches, shapeText, stepName } from "../../src/views/layer_list";

describe("layers", () => {
  const row = { name: "features.6", kind: "Conv2d", shape: [64, 27, 27], field: "", title: "" };
  it("are found by every word of the search", () => {
    expect([matches(row, ""), matches(row, "conv FEAT"), matches(row, "conv relu")]).toEqual([true, true, false]);
  });
  it("are stepped through by keys", () => {
    const names = ["a", "b", "c"];
    expect([stepName(names, "a", "ArrowDown"), stepName(names, "a", "ArrowUp"), stepName(names, "b", "End"), stepName(names, "x", "ArrowDown")]).toEqual(["b", "a", "c", "a"]);
    expect([stepName(names, "a", "x"), stepName([], "a", "ArrowDown")]).toEqual([null, null]);
  });
  it("show their shape", () => expect(shapeText([64, 27, 27])).toBe("64 × 27 × 27"));
});
