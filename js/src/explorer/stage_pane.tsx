// The picture with what is drawn over it, the controls of that, and the classes.
import { useLayoutEffect } from "preact/hooks";
import { save } from "../link/model";
import { ClassRows } from "./class_rows";
import { FoundBoxes } from "./found_boxes";
import { Inputs } from "./controls/inputs";
import { MethodSettings } from "./controls/method_settings";
import { PartView } from "./part_view";
import { Popover } from "./popover";
import { useScreen } from "./screen_context";

export function StagePane() {
  const { parts, state, sizes } = useScreen();
  const side = sizes.value.stage;
  useLayoutEffect(() => parts.stage.model.set("zoom", side), [side]);
  return (
    <section class="dv-x-stage" aria-label="The picture">
      <FoundBoxes />
      <PartView part={parts.stage} />
      <div class="dv-x-camera" hidden={!state.filming.value}>
        <PartView part={parts.camera} />
      </div>
      <MapControls />
      <Inputs />
      <ClassRows />
    </section>
  );
}

function MapControls() {
  const { model, state, method, parts, bars, page } = useScreen();
  const progress = method.progress.value;
  const pixels = bars.meaning.value.kind === "pixels";
  return (
    <div class="dv-x-controls">
      <select
        class="dv-x-method"
        aria-label="What is drawn over the picture"
        title="What is drawn over the picture"
        value={state.method.value ?? ""}
        onChange={(event) => save(model, "method", event.currentTarget.value || null)}
      >
        <option value="">{pixels ? "classes" : "no map"}</option>
        {method.methods.value.map(({ name, title, serves }) => (
          <option key={name} value={name} class={serves ? "" : "dv-x-unfit"}>
            {serves ? title : `(${title}: not here)`}
          </option>
        ))}
      </select>
      <Popover name="map" label="⚙" title="How the map is made and drawn">
        <MethodSettings />
      </Popover>
      {page.kernel.value && (
        <button
          type="button"
          class="dv-button"
          aria-pressed={state.localize.value}
          title="Box round the largest part above a fifth of the map's maximum"
          onClick={() => save(model, "localize", !state.localize.value)}
        >
          box
        </button>
      )}
      {pixels && <RegionButton />}
      {progress !== null && (
        <span class="dv-running">
          <progress aria-label="How far the method is" value={progress} max={1} />
          <button type="button" class="dv-button" title="Stop the method; what it has drawn stays" onClick={() => void parts.method.link.post("stop")}>
            Stop
          </button>
        </span>
      )}
    </div>
  );
}

/** Pixels are asked about where they are outlined by hand. */
function RegionButton() {
  const { model, state, stage, parts } = useScreen();
  const chosen = state.place.value !== null;
  const press = (): void => (chosen ? save(model, "place", null) : parts.stage.model.set("outlining", !stage.outlining?.value));
  return (
    <button
      type="button"
      class="dv-button"
      aria-pressed={chosen || stage.outlining?.value === true}
      title={chosen ? "Ask about every pixel of the class again" : "Outline a region on the picture: the class is explained there"}
      onClick={press}
    >
      {chosen ? "✕ region" : "region"}
    </button>
  );
}
