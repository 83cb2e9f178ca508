// The keys of the rectangle, while it has the focus.
import { grow, move, type Box, type Point, type Size } from "../arithmetic/box";

const ARROWS: Record<string, Point> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const FAR = 8;
/** px at each edge; "=" and "_" are the same keys with and without Shift */
const GROWTH: Record<string, number> = { "+": 2, "=": 2, "-": -2, _: -2 };
const TAKEN_AWAY = new Set(["Escape", "Delete", "Backspace"]);

export const HOW = "Arrow keys move it, with Shift by 8; plus and minus change its size, Escape removes it.";

type Stroke = Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">;

/** What a key makes of the rectangle: another one, or null, none; undefined where the key means nothing to it. */
export function keyed(box: Box, { key, shiftKey, ctrlKey, metaKey, altKey }: Stroke, size: Size): Box | null | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  if (TAKEN_AWAY.has(key)) return null;
  const [arrow, growth] = [ARROWS[key], GROWTH[key]];
  if (growth !== undefined) return grow(box, growth, size);
  const by = shiftKey ? FAR : 1;
  return arrow && move(box, arrow[0] * by, arrow[1] * by, size);
}

/** A rectangle in words. */
export const inWords = ([top, left, height, width]: Box): string => `row ${top}, column ${left}, ${height} high, ${width} wide`;
