// Names for ipywidgets' sliders: to a screen reader their handles are a number and nothing else.
const OURS = ".dv-board, .dv-lab, .dv-explorer, .dv-compare, .dv-husky-wolf, .dv-atlas-view";
const NAMELESS = `:is(${OURS}) .noUi-handle:not([aria-label])`;
const WATCHED = Symbol.for("deepvis.slider-names"); // each module is a bundle of its own; the page needs one watcher

const sliderOf = (handle: Element): Element | null => handle.closest(".widget-inline-hbox, .widget-inline-vbox, .widget-slider");

function name(handle: Element): void {
  const label = sliderOf(handle)?.querySelector(".widget-label")?.textContent?.trim();
  if (label) handle.setAttribute("aria-label", label);
}

/** Gives every slider among our widgets the name that is written beside it, now and whenever controls appear. */
export function nameSliders(): void {
  const page = document as Document & { [WATCHED]?: true };
  if (page[WATCHED]) return;
  page[WATCHED] = true;
  let waiting = false;
  const look = (): void => {
    waiting = false;
    document.querySelectorAll(NAMELESS).forEach(name);
  };
  const soon = (): void => {
    if (!waiting) setTimeout(look, 200);
    waiting = true;
  };
  new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
  soon();
}
