import { describe, expect, it } from "vitest";
import type { Box } from "../../src/arithmetic/box";
import { keyed } from "../../src/picture/occluder_keys";

const [box, size]: [Box, readonly [number, number]] = [[10, 20, 30, 40], [100, 200]];
const press = (key: string, more: Partial<KeyboardEvent> = {}) => keyed(box, { key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more }, size);

describe("a key on the rectangle", () => {
  it("moves it, with Shift further", () => {
    expect([press("ArrowUp"), press("ArrowRight")]).toEqual([[9, 20, 30, 40], [10, 21, 30, 40]]);
    expect(press("ArrowDown", { shiftKey: true })).toEqual([18, 20, 30, 40]);
  });
  it.each(["+", "="])("%s makes it larger", (key) => expect(press(key)).toEqual([8, 18, 34, 44]));
  it("makes it smaller", () => expect(press("-")).toEqual([12, 22, 26, 36]));
  it.each(["Escape", "Delete", "Backspace"])("%s takes it away", (key) => expect(press(key)).toBeNull());
  it("means nothing as a chord, or when it is none of its own", () => {
    expect([press("ArrowLeft", { altKey: true }), press("-", { ctrlKey: true }), press("o")]).toEqual([undefined, undefined, undefined]);
  });
});
