import { describe, expect, it } from "vitest";
import { order, slots } from "../../src/arithmetic/sort_order";

describe("order", () => {
  it("is by number without keys", () => expect([...order(3, null)]).toEqual([0, 1, 2]));
  it("is strongest first, equal ones by number, what is not a number last", () => {
    expect([...order(5, [1, NaN, 3, 1, 3])]).toEqual([2, 4, 0, 3, 1]);
  });
  it("is inverted by slots", () => expect([...slots(order(3, [0, 2, 1]))]).toEqual([2, 0, 1]));
});
