import { expect, it, vi } from "vitest";
import { sharpen } from "../../src/page/canvas";

it("keeps what a canvas shows while its element has no room", () => {
  vi.stubGlobal("window", { devicePixelRatio: 2 });
  const transforms: number[] = [];
  const drawing = { setTransform: (scale: number) => transforms.push(scale), clearRect: () => undefined };
  const canvas = { height: 0, width: 0, getContext: () => drawing } as unknown as HTMLCanvasElement;
  for (const [height, width] of [[30, 40], [0, 0]] as const) sharpen(canvas, height, width);
  expect([canvas.height, canvas.width]).toEqual([60, 80]);
  expect(transforms).toEqual([2, 0]);
});
