// Outlines on the stage: receptive field, localization, selection, hover, and the occluder's frame with its handles.
// The colours are told apart with any colour vision, and differ in dash as well.
import { handles, type Box, type Point, type Size } from "../arithmetic/box";
import { outline } from "../page/canvas";
import type { MarkedBox } from "../link/traits";

const STYLES: Record<MarkedBox["kind"] | "hover", { colour: string; dash: number[] }> = {
  field: { colour: "#6cc5ff", dash: [6, 4] },
  localization: { colour: "#ffe04a", dash: [] },
  selected: { colour: "#ff9f1c", dash: [] },
  hover: { colour: "#ffffff", dash: [3, 3] },
};
const HANDLE = 7;
const ROOM_FOR_ALL_HANDLES = 44;
const TAG = 16; // css px high

export interface Marks {
  readonly drawing: CanvasRenderingContext2D;
  /** css px per picture pixel */
  readonly scale: number;
  readonly height: number;
  readonly width: number;
  readonly font: string;
}

const scaled = (box: Box, scale: number): [number, number, number, number] => box.map((x) => x * scale) as [number, number, number, number];

/** One outlined box. */
export function mark(on: Marks, box: Box, kind: keyof typeof STYLES): void {
  const { colour, dash } = STYLES[kind] ?? STYLES.selected;
  outline(on.drawing, scaled(box, on.scale), colour, dash);
}

/** A region's border, closed if it is more than a line; dark below and bright above, so that it is seen on any picture. */
export function outlined(on: Marks, outline: readonly Point[]): void {
  const { drawing, scale } = on;
  drawing.beginPath();
  for (const [row, col] of outline) drawing.lineTo(col * scale, row * scale);
  if (outline.length > 2) drawing.closePath();
  drawing.lineJoin = "round";
  for (const [colour, width] of [["rgba(0, 0, 0, 0.75)", 4], ["#ff9f1c", 2]] as const) {
    drawing.strokeStyle = colour;
    drawing.lineWidth = width;
    drawing.stroke();
  }
}

/** Outlined boxes, and over all of them their labels. */
export function marked(on: Marks, boxes: readonly MarkedBox[]): void {
  for (const { box, kind } of boxes) mark(on, box, kind);
  const taken: Box[] = [];
  for (const { box, kind, label } of boxes) {
    if (label) taken.push(tag(on, scaled(box, on.scale), label, (STYLES[kind] ?? STYLES.selected).colour, taken));
  }
}

/** Where a tag of this width goes: above its box, else below it, else inside; not over another one if it can be helped. */
export function tagPlace([top, left, h]: Box, w: number, [height, width]: Size, taken: readonly Box[]): Box {
  const x = Math.min(Math.max(0, left), width - w);
  const rows = [top - TAG - 1, top + h + 1, top + 2, top + h - TAG - 2].filter((y) => y >= 0 && y + TAG <= height);
  const places = [...rows, Math.max(0, height - TAG)].map((y): Box => [y, x, TAG, w]);
  return places.find((place) => !taken.some((other) => overlap(place, other))) ?? places[0]!;
}

const overlap = ([top, left, h, w]: Box, [y, x, height, width]: Box): boolean =>
  top < y + height && y < top + h && left < x + width && x < left + w;

/** The occluder's frame with handles; a small one has handles at its corners only. */
export function frame(on: Marks, box: Box): void {
  const rect = scaled(box, on.scale);
  outline(on.drawing, rect, "#ffffff");
  const small = Math.min(rect[2], rect[3]) < ROOM_FOR_ALL_HANDLES;
  if (Math.min(rect[2], rect[3]) < 2 * HANDLE) return;
  for (const [name, [row, col]] of handles(rect)) if (!small || name.length === 2) knob(on.drawing, row, col);
}

function knob(drawing: CanvasRenderingContext2D, row: number, col: number): void {
  const [top, left] = [Math.round(row) - HANDLE / 2, Math.round(col) - HANDLE / 2];
  drawing.fillStyle = "#ffffff";
  drawing.strokeStyle = "rgba(0, 0, 0, 0.75)";
  drawing.lineWidth = 1;
  drawing.fillRect(left, top, HANDLE, HANDLE);
  drawing.strokeRect(left, top, HANDLE, HANDLE);
}

function tag({ drawing, height, width, font }: Marks, rect: Box, label: string, colour: string, taken: readonly Box[]): Box {
  drawing.font = `600 11px ${font}`;
  const place = tagPlace(rect, Math.min(drawing.measureText(label).width + 8, width), [height, width], taken);
  const [y, x, h, w] = place;
  drawing.fillStyle = "rgba(0, 0, 0, 0.75)";
  drawing.fillRect(x, y, w, h);
  drawing.fillStyle = colour;
  drawing.textBaseline = "middle";
  drawing.fillText(label, x + 4, y + h / 2 + 0.5, w - 8);
  return place;
}

/** A rectangle that a finger holds in its middle. */
export function hand(on: Marks, box: Box): void {
  const [top, left, height, width] = scaled(box, on.scale);
  const { drawing } = on;
  mark(on, box, "selected");
  drawing.save();
  drawing.beginPath();
  drawing.arc(left + width / 2, top + height / 2, Math.max(8, Math.min(height, width) * 0.16), 0, 2 * Math.PI);
  drawing.fillStyle = "rgba(255, 255, 255, 0.75)";
  drawing.strokeStyle = "rgba(0, 0, 0, 0.6)";
  drawing.lineWidth = 2;
  drawing.fill();
  drawing.stroke();
  drawing.restore();
}
