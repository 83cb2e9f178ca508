import { expect, it } from "vitest";
import { brief, decimal, join, rgb, signed } from "../../src/arithmetic/number_format";

it("writes numbers without noise", () => {
  expect([0, 1.23456, 12.345, 1234.5, -0.5, 0.1 + 0.2, 1.2e-7, -4.2e-4, NaN].map(decimal)).toEqual(["0", "1.235", "12.35", "1235", "−0.5", "0.3", "1.2e−7", "−4.2e−4", "NaN"]);
  expect([5.2, 5.2536, 123.4, -0.5].map(brief)).toEqual(["5.20", "5.25", "123", "−0.500"]);
});

it("joins what there is", () => expect(join("a", null, false, "", "b")).toBe("a · b"));
it("reads a pixel at row 0, column 0", () => expect(rgb([9, 8, 7], 1, 0, 0)).toBe("RGB 9 8 7"));
it("writes a contribution with its sign and three digits", () => expect([0.2513, -12.34, 0].map(signed)).toEqual(["+0.251", "−12.3", "+0"]));
