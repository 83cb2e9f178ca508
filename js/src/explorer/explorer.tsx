// The Explorer: one model, one module. Layout by one style sheet; the panes are small components over the state.
import { signal, type ReadonlySignal } from "@preact/signals";
import { render } from "preact";
import { sizesOf } from "../arithmetic/screen_sizes";
import { onResize } from "../page/animation_frame";
import type { Channel } from "../link/link";
import { frames, live } from "../link/live";
import type { Frame } from "../link/protocol";
import { mountLabel } from "../link/label";
import { save, watch } from "../link/model";
import type { ExplorerTraits } from "../link/traits";
import { widget, type View } from "../link/widget";
import { Card } from "./card/card";
import { demonstrate } from "./demonstration";
import { Header } from "./header";
import { Help } from "./help";
import { attachKeys } from "./keys";
import { partsOf, type Parts } from "./parts";
import { Ribbon } from "./ribbon";
import { ScreenContext, useScreen, type Screen } from "./screen_context";
import { StagePane } from "./stage_pane";
import { Status } from "./status";
import { UnitsPane } from "./units_pane";
import { CircuitBelow } from "./why/circuit_below";

const LOW = 0.5; // share of the window: what scrolls and is lower is no view of the page
const ABOVE = 0.25; // share of the view: a longer beginning is scrolled away before the widget is looked at
const MARGIN = 8; // px of the page that stay in view beside the widget

function mount({ model, state: parts, root, signal: life }: View<ExplorerTraits, Parts>): void {
  const screen = screenOf(model, parts, root, life);
  const fit = (): void => void (screen.sizes.value = sizesOf(root.clientWidth || 1200, viewHeight(root)));
  const host = document.createElement("div");
  host.className = "dv-x-host";
  root.append(host);
  fit();
  render(
    <ScreenContext.Provider value={screen}>
      <Layout />
    </ScreenContext.Provider>,
    host,
  );
  root.setAttribute("role", "group");
  mountLabel(model, root, "Explorer of an image network; h lists the keys", life);
  attachKeys(screen);
  parts.network.viewed(life);
  onResize(root, fit, life);
  window.addEventListener("resize", fit, { signal: life });
  document.addEventListener("fullscreenchange", fit, { signal: life });
  watch(model, ["unit", "layer"], () => void (root.dataset.unit = `${model.get("layer")}:${model.get("unit")}`), life);
  // where the page is narrow, a tap on a unit opens its drawer
  root.addEventListener("click", (event) => ((event.target as Element).closest(".dv-grid-viewport") ? void (screen.drawer.value = true) : undefined), { signal: life });
  root.addEventListener("dblclick", (event) => ((event.target as Element).closest(".dv-grid-viewport") && parts.page.model.get("kernel") ? save(model, "why", true) : undefined), { signal: life });
  life.addEventListener("abort", () => render(null, host), { once: true });
  mountBelow(screen);
  demonstrate(screen);
}

/** What stands under the Explorer, with keys and colours of its own. */
function mountBelow(screen: Screen): void {
  const below = document.createElement("div");
  screen.root.after(below);
  render(
    <ScreenContext.Provider value={screen}>
      <CircuitBelow />
    </ScreenContext.Provider>,
    below,
  );
  const leave = (): void => {
    render(null, below);
    below.remove();
  };
  screen.life.addEventListener("abort", leave, { once: true });
}

function screenOf(model: Screen["model"], parts: Parts, root: HTMLElement, life: AbortSignal): Screen {
  const made = new Map<string, ReadonlySignal<Frame | null>>();
  const frame = (part: Parameters<Screen["frame"]>[0], kind: string): ReadonlySignal<Frame | null> => {
    const key = `${part}/${kind}`;
    const found = made.get(key) ?? frames(parts[part].link as Channel, kind, life);
    made.set(key, found);
    return found;
  };
  return {
    model, parts, root, life, frame,
    state: live(model, life),
    page: live(parts.page.model, life),
    pictures: live(parts.pictures.model, life),
    method: live(parts.method.model, life),
    ribbon: live(parts.ribbon.model, life),
    patterns: live(parts.patterns.model, life),
    bars: live(parts.bars.model, life),
    inputs: live(parts.inputs.model, life),
    why: live(parts.why.model, life),
    status: live(parts.status.model, life),
    atlas: live(parts.atlas.model, life),
    grid: live(parts.grid.model, life),
    stage: live(parts.stage.model, life),
    sizes: signal(sizesOf(1200, 800)),
    drawer: signal(false),
  };
}

function Layout() {
  const { sizes, state } = useScreen();
  const { narrow, low, height, ribbon, left, right } = sizes.value;
  const style = { "--dv-x-height": `${height}px`, "--dv-x-ribbon": `${ribbon}px`, "--dv-x-left": `${left}px`, "--dv-x-right": `${right}px` };
  return (
    <div class={`dv-x ${narrow ? "dv-x-narrow" : "dv-x-wide"} ${low ? "dv-x-low" : ""}`} data-zoom={state.zoom.value} style={style}>
      <Header />
      <Ribbon />
      <StagePane />
      <UnitsPane />
      <Card />
      <Status />
      <Help />
    </div>
  );
}

/** Height of the part of the page that can be seen at once, less what stands above the widget at the page's beginning. */
function viewHeight(root: HTMLElement): number {
  if (document.fullscreenElement === root) return window.innerHeight;
  const scroller = scrollerOf(root);
  const view = scroller ? scroller.clientHeight : window.innerHeight;
  const start = scroller ? scroller.getBoundingClientRect().top - scroller.scrollTop : -window.scrollY;
  const above = root.getBoundingClientRect().top - start;
  return view - MARGIN - (above < ABOVE * view ? above : 0);
}

/** What the page scrolls in; null: the window. */
function scrollerOf(root: HTMLElement): HTMLElement | null {
  let found: HTMLElement | null = null;
  for (let node = root.parentElement; node && node !== document.body; node = node.parentElement) {
    const { overflowY } = getComputedStyle(node);
    const scrolls = (overflowY === "auto" || overflowY === "scroll") && node.clientHeight > LOW * window.innerHeight;
    if (scrolls && node.clientHeight <= window.innerHeight) found = node;
  }
  return found;
}

export default widget<ExplorerTraits, Parts>({ className: "dv-explorer", share: partsOf, mount });
