// Round numbers for axes, and where values lie between two ends.
/** Three to seven round numbers between two. */
export function ticks(low: number, high: number): number[] {
  const power = 10 ** Math.floor(Math.log10((high - low) / 3));
  const step = [1, 2, 2.5, 5, 10].map((factor) => power * factor).find((wide) => (high - low) / wide <= 6)!;
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, place) => Number(((first + place) * step).toPrecision(12)));
}

/** The two ends of an axis that has room for all values; some room where they are all the same. */
export function ends(values: readonly number[]): [low: number, high: number] {
  if (!values.length) return [0, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** A function from values between two ends to places between two others. */
export const between =
  ([low, high]: readonly [number, number], [from, to]: readonly [number, number]) =>
  (value: number): number =>
    from + ((value - low) / (high - low)) * (to - from);
