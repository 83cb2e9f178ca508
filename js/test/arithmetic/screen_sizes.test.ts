import { describe, expect, it } from "vitest";
import { sizesOf, type Sizes } from "../../src/arithmetic/screen_sizes";

const [HEADER, STATUS, GAP] = [32, 20, 6];
const WORDS = 84; // below the picture, before the classes
const CARD = 26 + 16 + 28 + 26; // beside a map on the card: its name, what is read, tabs
const bodyOf = ({ height, ribbon }: Sizes): number => height - HEADER - ribbon - STATUS - 4 * GAP;
const every = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** What does not fit at these sizes. */
function faults(sizes: Sizes): string[] {
  const { width, stage, left, right, rows, row, map } = sizes;
  const body = bodyOf(sizes);
  const rules: Record<string, boolean> = {
    "picture and classes are no higher than the body": stage + WORDS + rows * row <= body,
    "the picture can be seen": stage >= 72,
    "the picture is no wider than its column": stage <= left,
    "two maps stand side by side": 2 * map + GAP <= right,
    "the card is no higher than the body": map + CARD <= body,
    "the units have the rest": left + right + 4 * GAP < 0.6 * width,
  };
  return Object.keys(rules).filter((rule) => !rules[rule]);
}

describe("a wide screen", () => {
  it.each([[1440, 780], [1920, 980], [856, 480], [1024, 700], [760, 300], [2560, 1400]])("of %i×%i holds all that is in it", (width, view) => {
    const sizes = sizesOf(width, view);
    expect([sizes.narrow, sizes.width]).toEqual([false, width]);
    expect(faults(sizes)).toEqual([]);
  });
  it("is no higher than the view, nor than its shape", () => {
    expect([sizesOf(1440, 780).height, sizesOf(1440, 2000).height, sizesOf(1920, 980).height]).toEqual([780, 806, 980]);
  });
  it("keeps a least height in a view that is lower", () => expect(sizesOf(1200, 100).height).toBe(420));
  it("gives the picture most of its column, and six classes, where there is room", () => {
    const { stage, rows, row } = sizesOf(1440, 780);
    expect(stage).toBeGreaterThan(270);
    expect([rows, row]).toEqual([6, 30]);
  });
  it.each([
    ["height", (at: number) => sizesOf(1920, at), every(300, 1200)],
    ["width", (at: number) => sizesOf(at, 900), every(760, 2600)],
  ] as const)("makes nothing smaller with more %s, and holds all at every one", (_, sizes, places) => {
    const names = ["height", "ribbon", "stage", "left", "right", "rows", "row", "map"] as const;
    const found = places.flatMap((at) => {
      const [less, more] = [sizes(at), sizes(at + 1)];
      return [...faults(less), ...names.filter((name) => more[name] < less[name])].map((fault) => `${fault} at ${at}`);
    });
    expect(found).toEqual([]);
  });
});

describe("a narrow screen", () => {
  it("has the picture as wide as the page, to a limit", () => {
    expect([sizesOf(390, 800).stage, sizesOf(320, 800).stage]).toEqual([344, 308]);
    for (const width of every(300, 759)) {
      const { narrow, stage, map, right } = sizesOf(width, 800);
      expect(narrow).toBe(true);
      expect(Math.max(stage + 2 * GAP, 2 * map + 3 * GAP, right)).toBeLessThanOrEqual(width);
    }
  });
  it("leaves the classes room beside the picture from where they stand there", () => {
    for (const width of every(560, 759)) expect(width - sizesOf(width, 800).stage).toBeGreaterThan(240);
  });
});
