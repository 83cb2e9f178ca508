// The card of the unit under the pointer: its strongest pictures and a few words, asked for when the pointer rests.
import { flush, pixels } from "../page/canvas";
import { cardPlace } from "../arithmetic/card_place";
import { element } from "../page/dom";
import type { Channel } from "../link/link";
import { watch, type Model } from "../link/model";
import { copyRgb } from "../arithmetic/pixels";
import { lines, number, take, text, type Frame } from "../link/protocol";
import type { UnitGridTraits } from "../link/traits";

const REST_MS = 120; // a pointer on its way elsewhere asks for nothing
const KEPT = 200; // cards

export type ShowCard = (unit: number | null, tile: DOMRect | null) => void;

/** Shows the card of a unit beside its tile, and hides it for null. */
export function unitCard(model: Model<UnitGridTraits>, link: Channel, root: HTMLElement, signal: AbortSignal): ShowCard {
  const node = element("div", { class: "dv-unit-card", "aria-hidden": "true", hidden: true });
  root.append(node);
  const flight = link.flight();
  const kept = new Map<string, HTMLElement[]>();
  let wanted: { unit: number; tile: DOMRect } | null = null;
  let rest: ReturnType<typeof setTimeout> | undefined;
  const key = (unit: number): string => `${model.get("layer")}/${unit}`;

  function hide(): void {
    clearTimeout(rest);
    wanted = null;
    node.hidden = true;
  }

  function show(unit: number | null, tile: DOMRect | null): void {
    if (unit === null || !tile || !model.get("cards")) return hide();
    if (wanted?.unit === unit) return void (wanted = { unit, tile });
    hide();
    wanted = { unit, tile };
    rest = setTimeout(() => (kept.has(key(unit)) ? place() : ask(unit)), REST_MS);
  }

  function ask(unit: number): void {
    flight.request({ kind: "card", meta: { layer: model.get("layer"), unit }, arrays: {} });
  }

  function place(): void {
    const content = wanted && kept.get(key(wanted.unit));
    if (!wanted || !content) return;
    node.replaceChildren(...content);
    node.dataset.unit = String(wanted.unit);
    node.hidden = false;
    const box = root.getBoundingClientRect();
    const tile = { top: wanted.tile.top - box.top, left: wanted.tile.left - box.left, height: wanted.tile.height, width: wanted.tile.width };
    const [top, left] = cardPlace(tile, { height: node.offsetHeight, width: node.offsetWidth }, { height: box.height, width: box.width });
    Object.assign(node.style, { top: `${top}px`, left: `${left}px` });
  }

  function accept(frame: Frame): void {
    if (text(frame.meta, "layer") !== model.get("layer")) return;
    if (kept.size >= KEPT) kept.clear();
    kept.set(key(number(frame.meta, "unit", -1)), drawn(frame));
    place();
  }

  link.listen((frame) => (frame.kind === "card" ? accept(frame) : undefined), signal);
  watch(model, ["layer", "mode", "cards"], hide, signal);
  watch(model, ["cards"], () => kept.clear(), signal);
  signal.addEventListener("abort", () => (hide(), flight.dispose()));
  return show;
}

/** The parts of a card: a heading, pictures, lines. */
function drawn(frame: Frame): HTMLElement[] {
  const strip = element("div", { class: "dv-unit-card-pictures" });
  const found = take(frame, "pictures", "uint8", 4);
  const [count = 0, height = 0, width = 0] = found?.shape ?? [];
  for (let i = 0; found && i < count; i++) {
    const area = height * width * 3;
    const picture = pixels(height, width);
    copyRgb(picture.words, 0, width, found.values.subarray(i * area, (i + 1) * area), height, width);
    flush(picture);
    strip.append(picture.canvas);
  }
  return [element("div", { class: "dv-strong" }, text(frame.meta, "title")), strip, ...lines(frame.meta, "lines").map((line) => element("div", {}, line))];
}
