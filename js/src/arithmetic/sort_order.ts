// Display order of units.
/** Units 0..count-1, strongest key first and equal keys by number; without keys by number. */
export function order(count: number, keys: ArrayLike<number> | null): Int32Array {
  const units = Int32Array.from({ length: count }, (_, unit) => unit);
  if (!keys) return units;
  const key = (unit: number): number => {
    const x = keys[unit];
    return x === undefined || Number.isNaN(x) ? -Infinity : x;
  };
  return units.sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    return x === y ? a - b : x > y ? -1 : 1;
  });
}

/** Slot of every unit of an order. */
export function slots(units: Int32Array): Int32Array {
  const of = new Int32Array(units.length);
  units.forEach((unit, slot) => (of[unit] = slot));
  return of;
}
