// One small picture of a row; an empty one keeps its place.
import { useLayoutEffect, useRef } from "preact/hooks";
import { copyRgb } from "../../arithmetic/pixels";
import { flush, context, pixels } from "../../page/canvas";
import { coloured, type Look, type Picture, type Plane } from "./tiles";

export function PlaneTile({ plane, look, kind }: { plane: Plane | undefined; look: Look; kind: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const there = plane !== undefined && plane.values.length > 0;
  useLayoutEffect(() => {
    if (there) paint(canvas.current!, plane.height, plane.width, (words) => words.set(coloured(plane, look)));
  }, [plane, look]);
  return <Tile canvas={canvas} there={there} kind={kind} />;
}

export function PictureTile({ picture, kind }: { picture: Picture | undefined; kind: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (picture) paint(canvas.current!, picture.height, picture.width, (words) => copyRgb(words, 0, picture.width, picture.rgb, picture.height, picture.width));
  }, [picture]);
  return <Tile canvas={canvas} there={picture !== undefined} kind={kind} />;
}

function Tile({ canvas, there, kind }: { canvas: { current: HTMLCanvasElement | null }; there: boolean; kind: string }) {
  return <span class="dv-x-why-tile" data-kind={kind}>{there && <canvas ref={canvas} aria-hidden="true" />}</span>;
}

function paint(canvas: HTMLCanvasElement, height: number, width: number, write: (words: Uint32Array) => void): void {
  const made = pixels(height, width);
  write(made.words);
  flush(made);
  [canvas.height, canvas.width] = [height, width];
  context(canvas).drawImage(made.canvas, 0, 0);
}
