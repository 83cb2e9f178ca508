// Outlines on the stage: receptive field, localization, selection, hover, and the occluder's frame with its handles.
// The colours are told apart with any colour vision, and differ in dash as well.
import { handles, type Box } from "./box";
import { outline } from "./canvas";
import type { MarkedBox } from "./traits";

const STYLES: Record<MarkedBox["kind"] | "hover", { colour: string; dash: number[] }> = {
  field: { colour: "#6cc5ff", dash: [6, 4] },
  localization: { colour: "#ffe04a", dash: [] },
  selected: { colour: "#ff9f1c", dash: [] },
  hover: { colour: "#ffffff", dash: [3, 3] },
};
const HANDLE = 7;
const ROOM_FOR_ALL_HANDLES = 44;

export interface Marks {
  readonly drawing: CanvasRenderingContext2D;
  /** css px per picture pixel */
  readonly scale: number;
  readonly height: number;
  readonly width: number;
  readonly font: string;
}

const scaled = (box: Box, scale: number): [number, number, number, number] => box.map((x) => x * scale) as [number, number, number, number];

/** One outlined box with its label. */
export function mark(on: Marks, box: Box, kind: keyof typeof STYLES, label = ""): void {
  const { colour, dash } = STYLES[kind] ?? STYLES.selected;
  const rect = scaled(box, on.scale);
  outline(on.drawing, rect, colour, dash);
  if (label) tag(on, rect, label, colour);
}

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

function tag({ drawing, height, width, font }: Marks, [top, left, h]: readonly number[], label: string, colour: string): void {
  drawing.font = `600 11px ${font}`;
  const w = Math.min(drawing.measureText(label).width + 8, width);
  const y = top! >= 17 ? top! - 17 : Math.min(top! + h! + 1, height - 16);
  const x = Math.min(Math.max(0, left!), width - w);
  drawing.fillStyle = "rgba(0, 0, 0, 0.75)";
  drawing.fillRect(x, y, w, 16);
  drawing.fillStyle = colour;
  drawing.textBaseline = "middle";
  drawing.fillText(label, x + 4, y + 8.5, width - 8);
}
