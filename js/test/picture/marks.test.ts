import { describe, expect, it } from "vitest";
import { tagPlace } from "../../src/picture/marks";

const size = [200, 300] as const; // height, width

describe("a tag", () => {
  it("stands above its box, below where the picture ends there, and inside where it ends on both sides", () => {
    expect(tagPlace([50, 20, 100, 80], 60, size, [])).toEqual([33, 20, 16, 60]);
    expect(tagPlace([5, 20, 100, 80], 60, size, [])).toEqual([106, 20, 16, 60]);
    expect(tagPlace([0, 0, 200, 300], 60, size, [])).toEqual([2, 0, 16, 60]);
  });
  it("stays within the picture's sides", () => expect(tagPlace([50, 280, 20, 20], 60, size, [])[1]).toBe(240));
  it("leaves the tag of a box beside it alone", () => {
    const first = tagPlace([50, 20, 100, 80], 60, size, []);
    expect(tagPlace([52, 10, 90, 80], 60, size, [first])).toEqual([143, 10, 16, 60]);
    expect(tagPlace([52, 100, 90, 80], 60, size, [first])).toEqual([35, 100, 16, 60]);
  });
  it("covers another one only where there is no room left", () => {
    const all = [[0, 0, 200, 300]] as const;
    expect(tagPlace([50, 20, 100, 80], 60, size, all)).toEqual([33, 20, 16, 60]);
  });
});
