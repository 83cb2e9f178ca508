import { describe, expect, it } from "vitest";
import { barOf, CLASSES, inWords, type Meaning } from "../../src/arithmetic/answers";

const AGES: Meaning = { kind: "values", title: "Values", nouns: "values", percent: false, ranked: false, units: ["years", "cm"], spans: [[0, 100], null] };

describe("an answer in words", () => {
  it("is a share where it is a probability", () => expect(inWords(CLASSES, 0, 0.931)).toBe("93 %"));
  it("is a value with its unit where it is none", () => expect(inWords(AGES, 0, 41.299)).toBe("41.3 years"));
  it("is a number alone where it has no unit", () => expect(inWords({ ...AGES, units: [] }, 1, -0.25)).toBe("−0.25"));
});

describe("the bar of an answer", () => {
  it("begins on the left where it is a share", () => expect(barOf(CLASSES, 0, 0.25, 1)).toEqual({ left: 0, width: 0.25 }));
  it("spans the range that was given", () => expect(barOf(AGES, 0, 25, 1)).toEqual({ left: 0, width: 0.25 }));
  it("begins in the middle where a value is signed", () => {
    expect(barOf(AGES, 1, 2, 4)).toEqual({ left: 0.5, width: 0.25 });
    expect(barOf(AGES, 1, -4, 4)).toEqual({ left: 0, width: 0.5 });
  });
  it("ends at the edge where a value lies outside of its range", () => expect(barOf(AGES, 0, 120, 1)).toEqual({ left: 0, width: 1 }));
  it("is empty where all values are zero", () => expect(barOf(AGES, 1, 0, 0)).toEqual({ left: 0, width: 0 }));
});
