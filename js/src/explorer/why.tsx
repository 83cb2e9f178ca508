// What the units below add to the selected one: a sheet over the grid, and the units that are switched off.
import { useRef } from "preact/hooks";
import { signed } from "../arithmetic/number_format";
import { save } from "../link/model";
import type { WhyRow } from "./parts";
import { useScreen } from "./screen_context";

type Place = readonly [layer: string, unit: number];

export function Why() {
  const { model, state, why, parts, root } = useScreen();
  const trail = useRef<Place[]>([]);
  if (!state.why.value) {
    trail.current = [];
    return null;
  }
  const close = (): void => {
    save(model, "why", false);
    root.focus({ preventScroll: true });
  };
  const go = (below: NonNullable<WhyRow["below"]>): void => {
    trail.current.push([state.layer.value, state.unit.value]);
    parts.why.link.post("go", below);
  };
  const back = (): void => {
    const before = trail.current.pop();
    if (before) parts.why.link.post("go", { layer: before[0], unit: before[1], position: null });
  };
  const most = Math.max(1e-12, ...why.rows.value.map(({ adds }) => Math.abs(adds)));
  return (
    <div class="dv-x-why" role="region" aria-label="Why: what the units below add">
      <div class="dv-x-bar-line">
        <b title={`${state.layer.value}:${state.unit.value}`}>unit {state.unit.value}</b>
        <span>= {why.heading.value}</span>
        <span class="dv-x-space" />
        <button type="button" class="dv-button" disabled={trail.current.length === 0} title="To the unit before" onClick={back}>
          back
        </button>
        <button type="button" class="dv-button" aria-label="Close" title="Close (y)" onClick={close}>
          ✕
        </button>
      </div>
      <p class="dv-dim" role="status">
        {why.how.value}
      </p>
      <div class="dv-x-why-rows">
        {why.rows.value.map((row, place) => (
          <Row key={place} row={row} most={most} go={go} />
        ))}
      </div>
    </div>
  );
}

function Row({ row, most, go }: { row: WhyRow; most: number; go: (below: NonNullable<WhyRow["below"]>) => void }) {
  const { words, layer, adds, below } = row;
  return (
    <button type="button" class="dv-x-why-row" disabled={!below} title={below ? `Go down to ${layer}:${below.unit}` : ""} onClick={() => below && go(below)}>
      <b>{words}</b>
      <span class="dv-dim">{layer}</span>
      <span class="dv-x-why-bar" data-sign={adds < 0 ? "against" : "for"} style={{ "--dv-x-share": String(Math.abs(adds) / most) }} />
      <span class="dv-x-why-number">{signed(adds)}</span>
    </button>
  );
}

/** The units that are switched off; a click switches one on again. */
export function SwitchedOff() {
  const { model, state } = useScreen();
  const off = state.off.value ?? {};
  const on = (layer: string, unit: number): void => {
    const left = off[layer]!.filter((other) => other !== unit);
    const { [layer]: _, ...others } = off;
    save(model, "off", left.length ? { ...others, [layer]: left } : others);
  };
  return (
    <span class="dv-x-off" role="group" aria-label="Units that are switched off">
      {Object.entries(off).flatMap(([layer, units]) =>
        units.map((unit) => (
          <button key={`${layer}:${unit}`} type="button" class="dv-x-chip" title={`${layer}:${unit} is switched off; a click switches it on again`} onClick={() => on(layer, unit)}>
            {layer.split(".").pop()}:{unit} off ✕
          </button>
        )),
      )}
    </span>
  );
}
