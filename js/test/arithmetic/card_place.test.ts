import { describe, expect, it } from "vitest";
import { cardPlace } from "../../src/arithmetic/card_place";

const ROOM = { height: 400, width: 300 };
const CARD = { height: 100, width: 120 };
const tile = (top: number, left: number) => ({ top, left, height: 50, width: 50 });

describe("a card", () => {
  it("stands below its tile, in the middle", () => expect(cardPlace(tile(10, 100), CARD, ROOM)).toEqual([66, 65]));
  it("stands above where there is no room below", () => expect(cardPlace(tile(300, 100), CARD, ROOM)).toEqual([194, 65]));
  it("stays inside at the left and at the right", () => {
    expect(cardPlace(tile(10, 0), CARD, ROOM)[1]).toBe(0);
    expect(cardPlace(tile(10, 260), CARD, ROOM)[1]).toBe(180);
  });
  it("stands below where there is room nowhere", () => expect(cardPlace(tile(20, 0), CARD, { height: 90, width: 60 })).toEqual([76, 0]));
});
