// What the units below add to the selected one: a sheet over the grid, with the way that led there.
import { showsWidgets } from "../../link/child_view";
import { save } from "../../link/model";
import { CodeLines } from "../controls/code_lines";
import { useScreen } from "../screen_context";
import { Rows } from "./rows";
import { Trail } from "./trail";

export function Why() {
  const { model, state, why, root } = useScreen();
  if (!state.why.value) return null;
  const shown = why.trail.value.at(-1) ?? { layer: state.layer.value, unit: state.unit.value }; // whose number the heading has
  const close = (): void => {
    save(model, "why", false);
    root.focus({ preventScroll: true });
  };
  return (
    <div class="dv-x-why" role="region" aria-label="Why: what the units below add">
      <div class="dv-x-bar-line">
        <b title={`${shown.layer}:${shown.unit}`}>unit {shown.unit}</b>
        <span>{why.heading.value}</span>
        <span class="dv-x-space" />
        <CircuitButton />
        <button type="button" class="dv-button" aria-label="Close" title="Close (y)" onClick={close}>
          ✕
        </button>
      </div>
      <Trail />
      <p class="dv-dim" role="status">
        {why.how.value}
      </p>
      <Code />
      <Rows />
    </div>
  );
}

/** Opens the circuit board under the Explorer; where the page shows no further widgets, the lines that make it. */
function CircuitButton() {
  const { model, why, parts } = useScreen();
  const below = showsWidgets(model);
  const title = below ? "Open the circuit board of this unit under the Explorer" : "Lines of code that open the circuit board of this unit";
  return (
    <button type="button" class="dv-button" disabled={why.rows.value.length === 0} title={title} onClick={() => void parts.why.link.post(below ? "board" : "code")}>
      circuit
    </button>
  );
}

function Code() {
  const { why } = useScreen();
  return why.code.value ? <CodeLines code={why.code.value} label="Code of the circuit board" /> : null;
}
