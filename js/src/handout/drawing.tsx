// What a board drew, drawn again: sharp at the screen's own density, in the colours of the page.
import type { DrawingPart, PictureRef } from "./parts";
import { picture, textOf } from "./store";
import { useCanvas, useDark, useLater } from "./use";

const SMALLEST = 0.75; // of its size, where its words can be read: on a phone it is moved sideways

type Call = readonly [name: string, given: readonly unknown[]];

interface Recorded {
  readonly calls: readonly Call[];
  readonly pictures: ReadonlyMap<string, CanvasImageSource>;
}

export function Drawing(part: DrawingPart) {
  const dark = useDark();
  const recorded = useLater(() => load(dark ? part.dark : part.light), [part, dark]);
  const [height, width] = part.size;
  const canvas = useCanvas(
    (drawing, _, wide) => {
      if (!recorded) return;
      drawing.scale(wide / width, wide / width);
      for (const call of recorded.calls) replay(drawing, call, recorded.pictures);
    },
    [recorded],
  );
  return (
    <div class="drawing">
      <canvas ref={canvas} role="img" aria-label={part.alt || "Drawing"} style={{ width: `${width}px`, minWidth: `${SMALLEST * width}px`, aspectRatio: `${width} / ${height}` }} />
    </div>
  );
}

async function load(ref: DrawingPart["light"]): Promise<Recorded> {
  const calls = JSON.parse(await textOf(ref)) as Call[];
  const refs = calls.filter(([name]) => name === "put_image_data").map(([, [pixels]]) => pixels as PictureRef);
  const found = await Promise.all(refs.map(async (ref) => [ref.picture, (await picture(ref)).canvas] as const));
  return { calls, pictures: new Map(found) };
}

const camel = (name: string): string => name.replace(/_(\w)/g, (_, sign: string) => sign.toUpperCase());

/** Draws one call of ipycanvas on a canvas of the browser. */
export function replay(drawing: CanvasRenderingContext2D, [name, given]: Call, pictures: Recorded["pictures"] = new Map()): void {
  if (name.startsWith("=")) return void Object.assign(drawing, { [camel(name.slice(1))]: given[0] });
  const own = OWN[name];
  if (own) return own(drawing, given as never, pictures);
  const call = (drawing as unknown as Record<string, (...given: readonly unknown[]) => void>)[camel(name)];
  call?.apply(drawing, given as unknown[]);
}

type Own = (drawing: CanvasRenderingContext2D, given: never, pictures: Recorded["pictures"]) => void;
type Places = readonly (readonly [number, number])[];

/** What a canvas of ipycanvas can do beyond one of the browser. */
const OWN: Record<string, Own> = {
  scale: (drawing, [across, down = across]: readonly [number, number?]) => drawing.scale(across, down),
  stroke_line: (drawing, [left, top, toLeft, toTop]: readonly number[]) => {
    drawing.beginPath();
    drawing.moveTo(left!, top!);
    drawing.lineTo(toLeft!, toTop!);
    drawing.stroke();
  },
  fill_polygon: (drawing, [points]: readonly [Places]) => {
    trace(drawing, points);
    drawing.closePath();
    drawing.fill();
  },
  stroke_line_segments: (drawing, [lines]: readonly [readonly Places[]]) => {
    for (const points of lines) {
      trace(drawing, points);
      drawing.stroke();
    }
  },
  fill_circle: (drawing, [left, top, radius]: readonly number[]) => {
    circle(drawing, left!, top!, radius!);
    drawing.fill();
  },
  stroke_circle: (drawing, [left, top, radius]: readonly number[]) => {
    circle(drawing, left!, top!, radius!);
    drawing.stroke();
  },
  fill_styled_rects: (drawing, [lefts, tops, widths, heights, colours]: readonly [readonly number[], readonly number[], readonly number[], readonly number[], readonly number[][]]) =>
    lefts.forEach((left, place) => {
      drawing.fillStyle = `rgb(${colours[place]!.join(" ")})`;
      drawing.fillRect(left, tops[place]!, widths[place]!, heights[place]!);
    }),
  put_image_data: (drawing, [ref, left, top]: readonly [PictureRef, number, number], pictures) => {
    // its pen has scaled the canvas down already, to device pixels of the board's
    const found = pictures.get(ref.picture);
    if (found) drawing.drawImage(found, left, top, ref.width, ref.height);
  },
};

function trace(drawing: CanvasRenderingContext2D, points: Places): void {
  drawing.beginPath();
  for (const [left, top] of points) drawing.lineTo(left, top);
}

function circle(drawing: CanvasRenderingContext2D, left: number, top: number, radius: number): void {
  drawing.beginPath();
  drawing.arc(left, top, radius, 0, 2 * Math.PI);
}
