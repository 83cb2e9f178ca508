// The text alternative of a widget.
import { watch, type Model } from "./model";
import type { CommonTraits } from "./traits";

/** Keeps an element's aria-label equal to the trait `label`, or to the fallback while that is empty. */
export function mountLabel<T extends CommonTraits>(model: Model<T>, of: Element, fallback: string, signal: AbortSignal): void {
  const common = model as unknown as Model<CommonTraits>;
  const show = (): void => of.setAttribute("aria-label", common.get("label") || fallback);
  watch(common, ["label"], show, signal);
  show();
}
