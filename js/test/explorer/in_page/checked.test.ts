import { expect, it } from "vitest";
import { Checked } from "../../../src/explorer/in_page/checked";

it("tells another network from rounding, where the page has answered at all", () => {
  const checked = new Checked();
  checked.answered([0, 0, 8, 8], Float32Array.of(0.9, 0.06, 0.04));
  expect(checked.agrees([0, 0, 8, 8], Float32Array.of(0.895, 0.063, 0.042))).toBe(true);
  expect(checked.agrees([0, 0, 8, 8], Float32Array.of(0.7, 0.2, 0.1))).toBe(false);
  expect(checked.agrees([0, 0, 8, 8], Float32Array.of(0.9, 0.1))).toBe(false);
  expect(checked.agrees([0, 1, 8, 8], Float32Array.of(0.1, 0.8, 0.1))).toBe(true);
  checked.forget();
  expect(checked.agrees([0, 0, 8, 8], Float32Array.of(0.7, 0.2, 0.1))).toBe(true);
});
