// What can be set about the map over the picture: the method's parameters, then colours, opacity, and what the occluder shows.
import type { ComponentChildren } from "preact";
import { save } from "../../link/model";
import type { ExplorerTraits } from "../../link/traits";
import { EnteredInput } from "./entered";
import type { Param } from "../parts";
import { useScreen } from "../screen_context";

const COLOURS: ExplorerTraits["colormap"][] = ["automatic", "gray", "viridis", "inferno", "cividis", "blue-red", "green-red"];
const FINEST = 100_000; // steps of a slider; a finer range is typed

export function MethodSettings() {
  const { model, state, method, page } = useScreen();
  const chosen = method.methods.value.find(({ name }) => name === state.method.value);
  return (
    <div class="dv-x-settings">
      {chosen && chosen.params.length > 0 && <h3>{chosen.title}</h3>}
      {chosen?.params.map((param) => <ParamControl key={`${chosen.name}.${param.name}`} method={chosen.name} param={param} />)}
      <h3>Drawing</h3>
      <Setting label="Opacity of the map">
        <input type="range" min={0} max={1} step={0.05} value={state.opacity.value} onInput={(event) => save(model, "opacity", event.currentTarget.valueAsNumber)} />
      </Setting>
      <Setting label="Colours of the map">
        <Choice value={state.colormap.value} options={COLOURS} choose={(name) => save(model, "colormap", name as ExplorerTraits["colormap"])} />
      </Setting>
      <Setting label="The occluder shows">
        <Choice value={state.fill.value} options={page.fills.value} choose={(name) => save(model, "fill", String(name))} />
      </Setting>
    </div>
  );
}

export function Setting({ label, help = "", children }: { label: string; help?: string; children: ComponentChildren }) {
  return (
    <label class="dv-x-setting" title={help}>
      <span>{label}</span>
      {children}
    </label>
  );
}

export function Choice({ value, options, choose, words = String }: { value: unknown; options: readonly unknown[]; choose: (value: unknown) => void; words?: (value: unknown) => string }) {
  return (
    <select value={options.indexOf(value)} onChange={(event) => choose(options[Number(event.currentTarget.value)])}>
      {options.map((option, index) => (
        <option key={index} value={index}>
          {words(option)}
        </option>
      ))}
    </select>
  );
}

/** A choice in words: yes and no instead of True and False. */
const inWords = (value: unknown): string => (value === true ? "yes" : value === false ? "no" : value === null ? "automatic" : String(value));

function ParamControl({ method, param }: { method: string; param: Param }) {
  const { model, state } = useScreen();
  const value = state.params.value?.[method]?.[param.name] ?? param.value;
  const set = (next: unknown): void => {
    const all = state.params.value ?? {};
    save(model, "params", { ...all, [method]: { ...all[method], [param.name]: next } });
  };
  return (
    <Setting label={param.label} help={param.help || param.label}>
      <Field param={param} value={value} set={set} />
    </Setting>
  );
}

function Field({ param, value, set }: { param: Param; value: unknown; set: (value: unknown) => void }) {
  const { choices, low, high, step, whole } = param;
  if (choices) return <Choice value={value} options={choices} choose={set} words={inWords} />;
  if (low === null || high === null || step === null)
    return <EnteredInput type="text" value={String(value ?? "")} enter={set} />;
  const read = (text: string): void => {
    const number = Math.min(high, Math.max(low, Number(text)));
    if (text !== "" && Number.isFinite(number)) set(whole ? Math.round(number) : number);
  };
  const limits = { min: low, max: high, step };
  if ((high - low) / step > FINEST) return <EnteredInput type="number" {...limits} value={String(value ?? "")} enter={read} />;
  return (
    <>
      <EnteredInput type="range" {...limits} value={String(value ?? low)} enter={read} />
      <output>{String(value ?? "")}</output>
    </>
  );
}
