// Words about layers, and which of them a search finds.
interface Named {
  readonly name: string;
  readonly kind: string;
  readonly title: string;
}

/** Shape as text: 64 × 56 × 56. */
export const shapeText = (shape: readonly number[]): string => shape.join(" × ");

/** Whether every word of the search is in the row's name, kind or title. */
export function matches({ name, kind, title }: Named, search: string): boolean {
  const where = `${name} ${kind} ${title}`.toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => where.includes(word));
}
