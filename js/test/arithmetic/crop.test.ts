import { expect, it } from "vitest";
import { dropAlpha, part } from "../../src/arithmetic/crop";

it("crops the centre of a camera picture, or takes all of it", () => {
  expect(part([480, 640], [224, 224], true)).toEqual([0, 80, 480, 480]);
  expect(part([480, 640], [224, 224], false)).toEqual([0, 0, 480, 640]);
  expect(part([480, 640], [100, 400], true)).toEqual([160, 0, 160, 640]);
});

it("drops alpha", () => expect([...dropAlpha(new Uint8ClampedArray([1, 2, 3, 255, 4, 5, 6, 255]))]).toEqual([1, 2, 3, 4, 5, 6]));
