// What a detector found: every box is drawn, and its name is a button that asks about it.
import { save } from "../link/model";
import type { FoundBox, Place } from "../link/traits";
import { cssColour } from "../arithmetic/class_colour";
import { useScreen } from "./screen_context";

export function FoundBoxes() {
  const { model, parts, page, state, sizes, stage } = useScreen();
  const [height, width] = page.size.value;
  const scale = sizes.value.stage / Math.max(height, width);
  const found = stage.found?.value ?? [];
  const ask = ({ box, index }: FoundBox, chosen: boolean): void => {
    save(model, "place", chosen ? null : box);
    if (!chosen && state.target.value !== index) parts.bars.link.post("pick", { index });
  };
  if (!found.length) return null;
  return (
    <div class="dv-x-found" style={{ width: `${width * scale}px` }}>
      {found.map((one, number) => {
        const [top, left, h, w] = one.box.map((x) => `${x * scale}px`) as [string, string, string, string];
        const chosen = same(one.box, state.place.value as Place | null);
        return (
          <div key={number} class="dv-x-found-box" style={{ top, left, width: w, height: h, borderColor: cssColour(one.index) }}>
            <button type="button" aria-pressed={chosen} title={`${one.words}. A click explains this box.`} style={{ background: cssColour(one.index) }} onClick={() => ask(one, chosen)}>
              {one.words}
            </button>
          </div>
        );
      })}
    </div>
  );
}

const same = (box: readonly number[], place: Place | null): boolean => place !== null && box.every((x, at) => x === place[at]);
