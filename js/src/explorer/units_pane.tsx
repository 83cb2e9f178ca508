// The units of the layer: what they want to see, their maps, their strongest patches, or derivatives.
import { useEffect, useRef } from "preact/hooks";
import { save } from "../link/model";
import type { Mode } from "../link/traits";
import { PartView } from "./part_view";
import { Popover } from "./popover";
import { Choice, Setting } from "./controls/method_settings";
import { useScreen } from "./screen_context";
import { holdsClasses, unitNames } from "./unit_names";
import { Tabs, type Tab } from "../page/tabs";
import { Why } from "./why/why";

const TABS: readonly Tab<Mode>[] = [
  { name: "pictures", words: "patterns", help: "What each unit wants to see, as bright as it is active now (s)" },
  { name: "activation", words: "live", help: "The map of each unit, now" },
  { name: "patches", words: "patches", help: "The strongest patch of each unit in the pictures of the atlas" },
  { name: "gradient", words: "gradient", help: "Derivatives of the selected unit by each unit of the layer (a)" },
];

export function UnitsPane() {
  const screen = useScreen();
  const { parts, state, ribbon, grid, sizes, drawer } = screen;
  const row = ribbon.layers.value.find(({ name }) => name === state.layer.value);
  const count = grid.count.value;
  const classes = holdsClasses(screen, state.layer.value);
  const names = unitNames(screen, state.layer.value);
  useEffect(() => {
    const gradient = state.tiles.value === "gradient";
    parts.grid.model.set("colormap", gradient ? "green-red" : "inferno");
    parts.grid.model.set("names", [...names]);
    parts.grid.model.set("lit", !classes);
  }, [state.tiles.value, classes, names]);
  const itself = state.tiles.value === "gradient" && !state.frozen.value;
  return (
    <section class="dv-x-units" aria-label="Units of the layer">
      <div class="dv-x-bar-line">
        <h2 title={row ? `${row.kind}, ${row.shape.join(" × ")}, each sees ${row.field}` : ""}>
          {row?.title ?? state.layer.value} <small>{count === 1 ? "1 unit" : `${count} units`}</small>
        </h2>
        <TileTabs />
        <GridSettings />
        {sizes.value.narrow && (
          <button type="button" class="dv-button" aria-expanded={drawer.value} onClick={() => (drawer.value = !drawer.value)}>
            unit
          </button>
        )}
      </div>
      {itself && <p class="dv-x-sentence">A unit depends on its own layer through itself alone: hold it (d), then go to an earlier layer.</p>}
      <PartView part={parts.grid} />
      <Why />
    </section>
  );
}

function TileTabs() {
  const { model, state, grid, page } = useScreen();
  const there = TABS.filter(({ name }) => page.kernel.value || name === "activation" || (name === "pictures" && state.tiles.value === "pictures"));
  const tabs = there.map((tab) => (tab.name === "patches" && !grid.cards.value ? { ...tab, help: `${tab.help}: there is no atlas of this network yet` } : tab));
  return <Tabs label="What the tiles show" tabs={tabs} chosen={state.tiles.value} choose={(mode) => save(model, "tiles", mode)} />;
}

function GridSettings() {
  const { model, state, grid } = useScreen();
  const input = useRef<HTMLInputElement>(null);
  const find = (event: KeyboardEvent): void => {
    const unit = input.current!.valueAsNumber;
    if (event.key !== "Enter" || !Number.isInteger(unit) || unit < 0 || unit >= grid.count.value) return;
    save(model, "unit", unit);
    input.current!.value = "";
  };
  return (
    <Popover name="grid" label="sort ▾" title="Sort the tiles, set their brightness and size" class="dv-x-right">
      <div class="dv-x-settings">
        <Setting label="Sorted by">
          <Choice value={state.sort.value} options={["max", "mean", "index"]} words={(name) => ({ max: "maximum", mean: "mean", index: "number" })[String(name)]!} choose={(name) => save(model, "sort", name as "max")} />
        </Setting>
        <Setting label="Brightness compared">
          <Choice value={state.scale.value} options={["layer", "unit"]} words={(name) => (name === "layer" ? "over the whole layer" : "within each unit")} choose={(name) => save(model, "scale", name as "layer")} />
        </Setting>
        <Setting label="Gamma" help="Below 1 lifts weak values (t)">
          <input type="range" min={0.2} max={2} step={0.05} value={state.gamma.value} onInput={(event) => save(model, "gamma", event.currentTarget.valueAsNumber)} />
          <output>{state.gamma.value.toFixed(2)}</output>
        </Setting>
        <Setting label="Boost" help="Saturates strong values (T)">
          <input type="range" min={0} max={1} step={0.05} value={state.boost.value} onInput={(event) => save(model, "boost", event.currentTarget.valueAsNumber)} />
          <output>{state.boost.value.toFixed(2)}</output>
        </Setting>
        <Setting label="Size of the tiles" help="All the way left: as large as lets all fit">
          <input type="range" min={0} max={160} step={8} value={state.tile.value} onInput={(event) => save(model, "tile", sizeOf(event.currentTarget.valueAsNumber))} />
          <output>{state.tile.value === 0 ? "fit" : state.tile.value}</output>
        </Setting>
        <Setting label="Go to unit">
          <input ref={input} type="number" min={0} max={Math.max(0, grid.count.value - 1)} aria-label="Find a unit by its number" placeholder="number, then Enter" onKeyDown={find} />
        </Setting>
      </div>
    </Popover>
  );
}

/** Tiles of less than 24 px cannot be read: below that they are as large as fits. */
const sizeOf = (px: number): number => (px < 24 ? 0 : px);
