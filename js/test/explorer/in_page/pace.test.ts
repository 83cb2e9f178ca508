import { describe, expect, it } from "vitest";
import { Pace, SLOW } from "../../../src/explorer/in_page/pace";

/** A kernel that has answered in so many ms, place after place. */
function after(...times: number[]): Pace {
  const pace = new Pace();
  answers(pace, ...times);
  return pace;
}

function answers(pace: Pace, ...times: number[]): void {
  times.forEach((time, seq) => {
    pace.sent(seq, 1000 * seq);
    pace.answered(seq, 1000 * seq + time);
  });
}

describe("the pace of a drag", () => {
  it("is not known before some answers, and only those to places count", () => {
    const pace = after(400, 400, 400);
    pace.answered(77, 9000);
    expect([pace.kernel, pace.slow]).toEqual([null, false]);
  });
  it("is that of the last answers, whatever single ones took", () => {
    expect(after(400, 300, 500, 400).kernel).toBe(400);
    expect(after(20, 2000, 25, 30).kernel).toBe(30);
  });
  it("is slow where every answer is late, as on a long way, not where some are, as on busy processors", () => {
    expect(after(400, 300, 500, 400, 350, 450).slow).toBe(true);
    expect(after(400, 300, 500, 400, 350).slow).toBe(false);
    expect(after(900, 300, 500, 120, 350, 450).slow).toBe(false);
    expect(after(SLOW, SLOW, SLOW, SLOW, SLOW, SLOW).slow).toBe(false);
  });
  it("rests for an eighth of a second, and never more than half a second after the kernel was asked last", () => {
    const pace = after();
    expect(pace.rest(0)).toBe(0);
    pace.sent(1, 1000);
    expect([1000, 1379, 1400, 1499, 1500, 9000].map((now) => pace.rest(now))).toEqual([120, 120, 100, 1, 0, 0]);
  });
  it("finds the page no quicker only when both were tried often enough, side by side", () => {
    const pace = after(400, 400, 400, 400);
    for (let i = 0; i < 9; i++) pace.page(500);
    expect(pace.lost).toBe(false); // what the kernel took before does not count
    answers(pace, 450, 450, 450);
    expect(pace.lost).toBe(false);
    answers(pace, 450);
    expect(pace.lost).toBe(true);
    pace.forgetPage();
    expect(pace.lost).toBe(false);
  });
  it("does not blame the page for the time in which the network is opened", () => {
    const pace = after(400, 400, 400, 400);
    for (const time of [9000, 60, 60, 60, 2000, 60, 60, 60]) pace.page(time);
    answers(pace, 400, 400, 400, 400);
    expect(pace.lost).toBe(false);
    pace.page(60);
    expect(pace.lost).toBe(false);
  });
});
