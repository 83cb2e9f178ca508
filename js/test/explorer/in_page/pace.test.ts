import { describe, expect, it } from "vitest";
import { Pace, SLOW } from "../../../src/explorer/in_page/pace";

/** A kernel that has answered in so many ms, place after place. */
function after(...times: number[]): Pace {
  const pace = new Pace();
  times.forEach((time, seq) => {
    pace.sent(seq, 1000 * seq);
    pace.answered(seq, 1000 * seq + time);
  });
  return pace;
}

describe("the pace of a drag", () => {
  it("is not known before some answers, and only those to places count", () => {
    const pace = after(400, 400, 400);
    pace.answered(77, 9000);
    expect([pace.kernel, pace.slow]).toEqual([null, false]);
  });
  it("is that of the last answers, whatever single ones took", () => {
    expect(after(400, 300, 500, 400).slow).toBe(true);
    expect(after(20, 2000, 25, 30).slow).toBe(false);
    expect(after(400, 400, 400, 400, 30, 30, 30).slow).toBe(false);
    expect(after(SLOW, SLOW, SLOW, SLOW).slow).toBe(false);
  });
  it("finds the page no quicker only when it was tried often enough", () => {
    const [pace, quick] = [after(400, 400, 400, 400), after(400, 400, 400, 400)];
    for (let i = 0; i < 7; i++) pace.page(400);
    expect(pace.lost).toBe(false);
    pace.page(400);
    expect(pace.lost).toBe(true);
    pace.forgetPage();
    expect(pace.lost).toBe(false);
    for (let i = 0; i < 8; i++) quick.page(i === 0 ? 3000 : 60); // the first waits until the network is open
    expect(quick.lost).toBe(false);
  });
});
