// The selected unit: its map and the way back to the picture, what it wants to see, and what an atlas knows of it.
import { useEffect, useLayoutEffect } from "preact/hooks";
import { save } from "../../link/model";
import type { About, ExplorerTraits } from "../../link/traits";
import { AtlasForm } from "./atlas_form";
import { FactsView } from "./facts_view";
import { FindUnits } from "./find_units";
import { PartView } from "../part_view";
import { PictureCanvas, PictureImage, picturesOf, usePictures } from "../picture_canvas";
import { useScreen } from "../screen_context";
import { holdsClasses, unitNames } from "../unit_names";
import { Tabs, type Tab } from "../../page/tabs";
import { lines } from "../../link/protocol";

const BACKWARD: readonly (readonly [ExplorerTraits["backward"], string])[] = [
  ["off", "off"],
  ["gradient", "gradient"],
  ["deconvnet", "deconvnet"],
  ["guided_backprop", "guided"],
];
const SEEDS: readonly (readonly [ExplorerTraits["backward_seed"], string])[] = [
  ["map", "map"],
  ["activation", "alone"],
  ["one", "1.0"],
];
const VIEWS = ["raw", "grey", "norm", "blurred norm"];
const TABS: readonly Tab<About>[] = [
  { name: "synthesized", words: "unit", help: "What the unit wants to see, and its strongest pictures" },
  { name: "top", words: "top 9", help: "The pictures on which the unit is strongest" },
  { name: "deconv", words: "deconv", help: "What in them the unit responds to (deconvnet)" },
  { name: "facts", words: "facts", help: "How its activations are spread, and its classes" },
  { name: "find", words: "find", help: "Units for a class, and units like this one" },
];
const STORED: readonly About[] = ["top", "facts"]; // what a page without a kernel may have of a unit
const REST_MS = 400; // after a selection, before the unit's pictures are drawn

export function Card() {
  const { model, parts, sizes, state, drawer, page, atlas } = useScreen();
  const tabs = page.kernel.value ? TABS : TABS.filter(({ name }) => name === "synthesized" || (atlas.found.value && STORED.includes(name)));
  const enlarged = state.zoom.value === "unit" || state.zoom.value === "backward";
  const side = enlarged ? Math.round(Math.min(sizes.value.width - 48, Math.max(220, sizes.value.height * 0.62))) : sizes.value.map;
  useLayoutEffect(() => {
    for (const part of [parts.unit, parts.backward]) part.model.set("size", side);
  }, [side]);
  const point = (is: boolean) => () => parts.stage.model.set("fields", is); // what the unit sees, while one looks at it
  return (
    <section class="dv-x-card" aria-label="The selected unit" data-open={drawer.value} onPointerEnter={point(true)} onPointerLeave={point(false)}>
      <div class="dv-x-bar-line">
        <UnitName />
        {sizes.value.narrow && (
          <button type="button" class="dv-button dv-x-right" onClick={() => (drawer.value = false)}>
            close
          </button>
        )}
      </div>
      <div class="dv-x-maps">
        <div class="dv-x-map dv-x-live" style={{ width: `${side}px` }}>
          <PartView part={parts.unit} />
        </div>
        <div class="dv-x-map dv-x-backward" style={{ width: `${side}px` }}>
          <PartView part={parts.backward} />
        </div>
      </div>
      <BackwardControls />
      <About />
      <Tabs label="About the unit" tabs={tabs} chosen={state.about.value} choose={(about) => save(model, "about", about)} />
    </section>
  );
}

function UnitName() {
  const screen = useScreen();
  const [layer, unit] = [screen.state.layer.value, screen.state.unit.value];
  const names = unitNames(screen, layer);
  const alone = holdsClasses(screen, layer) && names.length === 1;
  const label = alone ? undefined : names[unit];
  return (
    <h2 title={`${layer}:${unit}`}>
      {label ?? `unit ${unit}`} <small>{layer}</small>
    </h2>
  );
}

function BackwardControls() {
  const screen = useScreen();
  const { model, state, page } = screen;
  const frame = screen.frame("backward", "rgb").value;
  if (!page.kernel.value) return <p class="dv-x-controls dv-x-way-back dv-dim">{frame ? lines(frame.meta, "lines").join(" · ") : ""}</p>;
  return (
    <div class="dv-x-controls dv-x-way-back">
      <select aria-label="Backward mode" title="Backward mode (n)" value={state.backward.value} onChange={(event) => save(model, "backward", event.currentTarget.value)}>
        {BACKWARD.map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
      <select aria-label="What the way back starts from" title="What the way back starts from: the whole map, one activation alone, or 1.0 in its place (the same picture: the way back only scales it)" value={state.backward_seed.value} onChange={(event) => save(model, "backward_seed", event.currentTarget.value)}>
        {SEEDS.map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
      <select aria-label="How it is drawn" title="How it is drawn (m)" value={state.backward_view.value} onChange={(event) => save(model, "backward_view", event.currentTarget.value)}>
        {VIEWS.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <button
        type="button"
        class="dv-button dv-square"
        aria-pressed={state.frozen.value}
        aria-label="Hold this unit"
        title="Hold this unit while you browse others (d)"
        onClick={() => save(model, "frozen", !state.frozen.value)}
      >
        ❄
      </button>
    </div>
  );
}

function About() {
  const { state, atlas } = useScreen();
  const about = state.about.value;
  if (about === "synthesized") return <Wants />;
  if (!atlas.found.value) return <AtlasForm />;
  if (about === "facts") return <FactsView />;
  if (about === "find") return <FindUnits />;
  return <Top kind={about} large />;
}

/** What the unit wants to see: drawn by itself when the selection rests; below it the strongest pictures there are. */
function Wants() {
  const screen = useScreen();
  const { parts, patterns, state, atlas, page } = screen;
  const pictures = usePictures(screen.frame("patterns", "pictures").value);
  const running = patterns.running.value;
  const post = (kind: "start" | "stop") => () => void parts.patterns.link.post(kind);
  useEffect(() => {
    if (!atlas.looked.value || !page.kernel.value) return undefined; // it may have the pictures
    const timer = setTimeout(() => {
      const known = picturesOf(parts.patterns.link.last("pictures")).length > 0;
      if (!known && !parts.patterns.model.get("running")) parts.patterns.link.post("rest");
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [state.layer.value, state.unit.value, atlas.looked.value]);
  return (
    <div class="dv-x-about dv-x-wants">
      <div class="dv-x-bar-line">
        <h3>wants to see</h3>
        {running && <progress aria-label="How far the pictures are" value={patterns.progress.value} max={1} />}
        {page.kernel.value && (
          <button type="button" class="dv-button dv-x-right" title={running ? "Stop; what is drawn stays (9)" : "Draw pictures of this unit (9)"} onClick={post(running ? "stop" : "start")}>
            {running ? "Stop" : pictures.length ? "Draw again" : "Draw"}
          </button>
        )}
      </div>
      {page.kernel.value || pictures.length > 0 ? (
        <div class="dv-x-four" data-alone={pictures.length === 1 && !running}>
          {[0, 1, 2, 3].map((place) => (
            <span key={place} class="dv-x-cell">
              {pictures[place] && <PictureCanvas {...pictures[place]} title="A picture made for this unit" />}
            </span>
          ))}
        </div>
      ) : (
        <p class="dv-x-sentence">Drawing pictures needs a kernel; this page has none of this unit.</p>
      )}
      {patterns.notice.value && <p class="dv-x-sentence" role="status">{patterns.notice.value}</p>}
      <Top kind="top" />
      <Top kind="deconv" />
    </div>
  );
}

/** The strongest pictures of the unit, or what in them it responds to: a row, or large. */
function Top({ kind, large = false }: { kind: "top" | "deconv"; large?: boolean }) {
  const screen = useScreen();
  const { atlas, parts, page } = screen;
  const pictures = usePictures(screen.frame("atlas", kind).value);
  const captions = atlas.captions.value;
  if (!atlas.found.value) return null;
  if (atlas.top_notice.value && kind === "top") return <p class="dv-x-sentence" role="status">{atlas.top_notice.value}</p>;
  if (!large && pictures.length === 0) return null;
  const name = kind === "top" ? "strongest pictures" : "what in them it responds to";
  return (
    <div class={`dv-x-top ${large ? "dv-x-about dv-x-large" : ""}`} data-kind={kind} role="group" aria-label={name}>
      {large && <h3>{name}</h3>}
      {pictures.map((picture, index) =>
        page.kernel.value ? (
          <button key={index} type="button" class="dv-x-cell" title={`${captions[index] ?? ""}. A click opens it.`} aria-label={captions[index] ?? `Picture ${index + 1}`}
            onClick={() => void parts.atlas.link.post("pick", { index })}>
            <PictureImage {...picture} />
          </button>
        ) : (
          <span key={index} class="dv-x-cell">
            <PictureImage {...picture} title={captions[index] ?? `Picture ${index + 1}`} />
          </span>
        ),
      )}
    </div>
  );
}
