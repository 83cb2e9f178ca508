import { describe, expect, it } from "vitest";
import { steps, toneTable, word } from "../../src/arithmetic/colormap";
import { bilinear, colourPlane, copyRgb, greyed } from "../../src/arithmetic/pixels";

describe("pixels", () => {
  const grey = toneTable({ colormap: "gray", gamma: 1, boost: 0, signed: false });
  it("colours a plane into its place and nowhere else", () => {
    const out = new Uint32Array(4 * 3);
    colourPlane(out, 5, 4, [0, 255], 1, 2, grey, ...steps(0, 1, 255, [0, 1], false));
    expect([...out]).toEqual([0, 0, 0, 0, 0, word(0, 0, 0), word(255, 255, 255), 0, 0, 0, 0, 0]);
  });
  it("clips values beyond the range", () => {
    const out = new Uint32Array(2);
    colourPlane(out, 0, 2, [0, 255], 1, 2, grey, ...steps(-5, 5, 255, [-1, 1], false));
    expect([...out]).toEqual([word(0, 0, 0), word(255, 255, 255)]);
  });
  it("centres a signed map at 0", () => {
    const out = new Uint32Array(3);
    const table = toneTable({ colormap: "blue-red", gamma: 1, boost: 0, signed: true });
    colourPlane(out, 0, 3, [0, 128, 255], 1, 3, table, ...steps(-1, 255 / 128 - 1, 255, [-1, 1], true));
    expect(out[1]).toBe(word(255, 255, 255));
  });
  it("copies RGB with full opacity", () => {
    const out = new Uint32Array(2);
    copyRgb(out, 0, 2, new Uint8Array([1, 2, 3, 250, 251, 252]), 1, 2);
    expect([...out]).toEqual([word(1, 2, 3), word(250, 251, 252)]);
  });
  it("copies RGB into its place and nowhere else", () => {
    const out = new Uint32Array(6);
    copyRgb(out, 1, 3, new Uint8Array([1, 1, 1, 2, 2, 2]), 2, 1);
    expect([...out]).toEqual([0, word(1, 1, 1), 0, 0, word(2, 2, 2), 0]);
  });
  it("resamples with pixel centres aligned", () => {
    expect([...bilinear([0, 4], 1, 2, 1, 4)]).toEqual([0, 1, 3, 4]);
    expect([...bilinear([7], 1, 1, 2, 2)]).toEqual([7, 7, 7, 7]);
  });
});

describe("greyed", () => {
  it("keeps greys and weighs colours", () => expect([...greyed(new Uint8Array([7, 7, 7, 255, 0, 0, 0, 255, 0]))]).toEqual([7, 7, 7, 76, 76, 76, 150, 150, 150]));
});
