import { expect, it } from "vitest";
import { classColour, cssColour } from "../../src/arithmetic/class_colour";

it("the first colours are those that are told apart with any colour vision", () => {
  expect(classColour(0)).toEqual([230, 159, 0]);
  expect(cssColour(2)).toBe("rgb(0 158 115)");
});

it("no two of a hundred classes have one colour", () => {
  const all = Array.from({ length: 100 }, (_, index) => cssColour(index));
  expect(new Set(all).size).toBe(100);
  expect(all.every((colour) => /^rgb\(\d{1,3} \d{1,3} \d{1,3}\)$/.test(colour))).toBe(true);
});
