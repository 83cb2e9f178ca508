// Numbers as people read them.
/** About four significant digits, without noise: 0, 1.234, 12.3, 1234, 1.2e-7. */
export function decimal(x: number): string {
  if (!Number.isFinite(x)) return String(x);
  const size = Math.abs(x);
  if (size === 0) return "0";
  if (size < 1e-3 || size >= 1e6) return x.toExponential(1).replaceAll("-", "−").replace("e+", "e");
  const digits = Math.max(0, 3 - Math.floor(Math.log10(size)));
  return String(Number(x.toFixed(digits))).replace("-", "−");
}

/** Three significant digits, zeros kept, so that many numbers side by side look alike. */
export function brief(x: number): string {
  const size = Math.abs(x);
  if (size === 0 || size < 1e-2 || size >= 1e4) return decimal(x);
  return (size >= 100 ? x.toFixed(0) : x.toPrecision(3)).replace("-", "−");
}

/** Parts of a readout line, empty ones left out. */
export const join = (...parts: (string | null | false)[]): string => parts.filter(Boolean).join(" · ");

/** Place in a plane. */
export const place = (row: number, col: number): string => `row ${row}, col ${col}`;

/** Red, green and blue of a picture (height, width, 3) at a place. */
export function rgb(values: ArrayLike<number>, width: number, row: number, col: number): string {
  const at = (row * width + col) * 3;
  return `RGB ${values[at]} ${values[at + 1]} ${values[at + 2]}`;
}

/** With its sign, three digits: +0.25, −12.3. */
export const signed = (x: number): string => `${x < 0 ? "−" : "+"}${Number(Math.abs(x).toPrecision(3))}`;
