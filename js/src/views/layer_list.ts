// Words about layers, and which of them a search finds.
import type { LayerRow } from "../link/traits";

/** Shape as text: 64 × 56 × 56. */
export const shapeText = (shape: readonly number[]): string => shape.join(" × ");

/** Whether every word of the search is in the row's name, kind or title. */
export function matches({ name, kind, title }: LayerRow, search: string): boolean {
  const where = `${name} ${kind} ${title}`.toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => where.includes(word));
}

/** Name reached from one by a key among the names shown, or null when the key does not move. */
export function stepName(names: readonly string[], from: string, key: string): string | null {
  const at = names.indexOf(from);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: names.length - 1 }[key];
  if (to === undefined || names.length === 0) return null;
  return names[Math.min(Math.max(to, 0), names.length - 1)] ?? null;
}
