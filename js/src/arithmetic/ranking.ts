// Which classes have a row: the strongest ones, the explained one and the one on top, in places that stay during a drag.
interface Wanted {
  readonly count: number;
  readonly chosen: number;
  readonly top: number;
  /** whether the rows are chosen anew */
  readonly rank: boolean;
}

/** Indices of the `count` largest values, the largest first; of equal ones the first. */
export function largest(values: ArrayLike<number>, count: number): number[] {
  const all = Array.from({ length: values.length }, (_, index) => index);
  return all.sort((a, b) => values[b]! - values[a]! || a - b).slice(0, count);
}

/** Classes with a row. What must have one takes the place of the last that need not. */
export function chosenRows(before: readonly number[], values: ArrayLike<number>, { count, chosen, top, rank }: Wanted): number[] {
  const keep = !rank && before.length > 0;
  const rows = (keep ? before.slice(0, count) : largest(values, count)).filter((index) => index < values.length);
  if (keep && rows.length < Math.min(count, values.length))
    for (const index of largest(values, values.length)) if (rows.length < count && !rows.includes(index)) rows.push(index);
  const needed = [top, chosen].filter((index) => index >= 0 && index < values.length);
  for (const index of needed) {
    if (rows.includes(index)) continue;
    const expendable = rows.filter((row) => !needed.includes(row)).pop();
    if (expendable !== undefined) rows[rows.indexOf(expendable)] = index;
  }
  return rows;
}

/** A share in words: 97 %, 0.4 %, < 0.1 %. */
export function percent(share: number): string {
  const value = 100 * share;
  if (value >= 9.95) return `${value.toFixed(0)} %`;
  if (value >= 0.095) return `${value.toFixed(1)} %`;
  return value > 0.0005 ? "< 0.1 %" : "0 %";
}
