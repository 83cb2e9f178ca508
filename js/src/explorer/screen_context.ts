// What every component of one view of the Explorer can reach.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { Live } from "../link/live";
import type { Model } from "../link/model";
import type { Frame } from "../link/protocol";
import type { ExplorerTraits, StageTraits, UnitGridTraits } from "../link/traits";
import type { AtlasValues, BarsValues, InputsValues, MethodValues, PageValues, Parts, PatternsValues, PicturesValues, RibbonValues, WhyValues } from "./parts";
import type { Sizes } from "../arithmetic/screen_sizes";

export interface Screen {
  readonly model: Model<ExplorerTraits>;
  readonly parts: Parts;
  readonly root: HTMLElement;
  readonly life: AbortSignal;
  readonly state: Live<ExplorerTraits>;
  readonly page: Live<PageValues>;
  readonly pictures: Live<PicturesValues>;
  readonly method: Live<MethodValues>;
  readonly ribbon: Live<RibbonValues>;
  readonly patterns: Live<PatternsValues>;
  readonly bars: Live<BarsValues>;
  readonly inputs: Live<InputsValues>;
  readonly why: Live<WhyValues>;
  readonly status: Live<{ words: string[]; milliseconds: number }>;
  readonly atlas: Live<AtlasValues>;
  readonly grid: Live<UnitGridTraits>;
  readonly stage: Live<StageTraits>;
  readonly sizes: Signal<Sizes>;
  /** whether the drawer with the unit is open, where the page is narrow */
  readonly drawer: Signal<boolean>;
  frame(part: "ribbon" | "bars" | "inputs" | "patterns" | "atlas" | "stage" | "grid" | "backward" | "why", kind: string): ReadonlySignal<Frame | null>;
}

export const ScreenContext = createContext<Screen | null>(null);

export function useScreen(): Screen {
  const screen = useContext(ScreenContext);
  if (!screen) throw new Error("This component stands outside of an Explorer.");
  return screen;
}
