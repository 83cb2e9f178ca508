// What a network's answers mean, as far as bars show it: shares of one, or values with a unit and a span.
import { percent } from "./ranking";

export interface Meaning {
  kind: "classes" | "labels" | "values" | "pixels" | "boxes" | "similarity";
  /** what the bars show */
  title: string;
  /** what its answers are called */
  nouns: string;
  /** whether what is shown is a share of one */
  percent: boolean;
  /** whether the highest is what the network says; else all keep their order */
  ranked: boolean;
  units: string[];
  /** what the whole bar of each stands for; null: as far as the values that come */
  spans: ([low: number, high: number] | null)[];
}

export const CLASSES: Meaning = { kind: "classes", title: "Class probabilities", nouns: "classes", percent: true, ranked: true, units: [], spans: [] };

/** A value in words: 97 %, 41.3 years, −0.25. */
export function inWords(meaning: Meaning, index: number, value: number): string {
  if (meaning.percent) return percent(value);
  const unit = meaning.units[index];
  const digits = Number(value.toPrecision(4)).toString().replace("-", "−");
  return unit ? `${digits} ${unit}` : digits;
}

/** Where a bar begins and how long it is, in shares of the row; signed ones begin at the place of zero. */
export function barOf(meaning: Meaning, index: number, value: number, largest: number): { left: number; width: number } {
  const [low, high] = meaning.percent ? [0, 1] : (meaning.spans[index] ?? [-largest, largest]);
  const at = (number: number): number => Math.min(1, Math.max(0, high > low ? (number - low) / (high - low) : 0));
  const [from, to] = [at(0), at(value)];
  return { left: Math.min(from, to), width: Math.abs(to - from) };
}
