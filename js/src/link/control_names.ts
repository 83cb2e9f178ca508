// Names for ipywidgets' controls: to a screen reader its sliders are numbers, its icons letters that no font of words
// has, and its fields without a caption nothing. And their keys: JupyterLab would take the arrows from its menus.
import { shieldKeys } from "./key_shield";

const OURS = ".dv-board, .dv-lab, .dv-compare, .dv-husky-wolf, .dv-atlas-view";
const WATCHED = Symbol.for("deepvis.control-names"); // each module is a bundle of its own; the page needs one watcher
const INVISIBLE = "\u200b";
const PLAYER: readonly (readonly [icon: string, title: string])[] = [
  [".fa-stop", "Stop"],
  [".fa-retweet", "Repeat"],
  ["i", "Play or pause"],
];

const sliderOf = (part: Element): Element | null => part.closest(".widget-inline-hbox, .widget-inline-vbox, .widget-slider");

/** A slider's handle and its number are called what is written beside them. */
function nameSlider(part: HTMLElement): void {
  const label = sliderOf(part)?.querySelector(".widget-label")?.textContent?.trim();
  if (!label) return;
  part.setAttribute("aria-label", label);
  if (part.matches(".widget-readout")) part.setAttribute("role", "textbox");
}

/** A field without a caption is called as its tooltip says, in the attribute that is a name and not only a hint. */
function nameField(field: HTMLElement): void {
  const { labels, title } = field as HTMLInputElement;
  if (![...(labels ?? [])].some((label) => label.textContent?.trim())) field.setAttribute("aria-label", title);
}

function namePlayer(button: HTMLElement): void {
  button.title = PLAYER.find(([icon]) => button.querySelector(icon))?.[1] ?? "";
}

/** A drawing is read out as the words below it, which say what it shows. */
function nameDrawing(canvas: HTMLElement): void {
  const words = canvas.closest(".dv-board")?.querySelector(".dv-board-words");
  if (!words) return;
  words.id ||= `dv-words-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-labelledby", words.id);
}

/** A class that is cut beside its bar is whole in its tooltip; its place is the number of its invisible signs. */
function nameTick(tick: HTMLElement): void {
  const text = tick.textContent ?? "";
  const labels = tick.closest(".dv-probabilities, .dv-facts-pane")?.querySelectorAll(".dv-offscreen span");
  const whole = labels?.[text.split(INVISIBLE).length - 1]?.textContent;
  if (!whole || !text.includes("…")) return;
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  title.textContent = whole;
  tick.append(title);
}

/** What has no name, and what gives it one. */
const NAMELESS: readonly (readonly [selector: string, name: (found: HTMLElement) => void])[] = [
  [".noUi-handle:not([aria-label])", nameSlider],
  [".widget-readout[contenteditable]:not([aria-label])", nameSlider],
  [".widget-play button:not([title])", namePlayer],
  [".bqplot .tick text:not(:has(title))", nameTick],
  ["canvas.dv-board-canvas:not([aria-labelledby])", nameDrawing],
  // without these two the title is the name, and stays so when it changes
  ["button > i:not([aria-hidden])", (icon) => icon.setAttribute("aria-hidden", "true")],
  [".widget-label[for]:empty", (label) => label.removeAttribute("for")],
  [".jupyter-widgets :is(input, select, textarea)[title]:not([title=''])", nameField],
];

/** Gives every control among our widgets a name and its own keys, now and whenever controls appear. */
export function nameControls(): void {
  const page = document as Document & { [WATCHED]?: true };
  if (page[WATCHED]) return;
  page[WATCHED] = true;
  const shielded = new WeakSet<HTMLElement>();
  let waiting = false;
  const look = (): void => {
    waiting = false;
    for (const [selector, name] of NAMELESS) document.querySelectorAll<HTMLElement>(`:is(${OURS}) ${selector}`).forEach(name);
    for (const ours of document.querySelectorAll<HTMLElement>(`:is(${OURS})`)) {
      if (!shielded.has(ours)) shieldKeys(ours);
      shielded.add(ours);
    }
  };
  const soon = (): void => {
    if (!waiting) setTimeout(look, 200);
    waiting = true;
  };
  new MutationObserver(soon).observe(document.body, { childList: true, subtree: true, attributeFilter: ["title"] });
  soon();
}
