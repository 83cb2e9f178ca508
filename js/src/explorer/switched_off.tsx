// The units that are switched off, in the first line; a click switches one on again.
import { save } from "../link/model";
import { useScreen } from "./screen_context";

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
