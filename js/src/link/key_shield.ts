// Keys that the notebook must not see. JupyterLab takes plain keys for notebook commands ("d d" deletes the cell, "b" adds
// one) from any focused element of an output, at the document, after the key has bubbled through our elements. Its
// suppressing attribute counts only on the focused element itself, and would take Ctrl+S away as well; stopping plain keys
// on their way up does neither.
const SHIELDED = "dvShielded";
const SUPPRESSED = "data-lm-suppress-shortcuts";
const WATCHED = Symbol.for("deepvis keys");

/** Whether a key is a plain one; chords, function keys and Shift+Enter (run the cell) are left to the page. */
export function isPlain({ key, ctrlKey, metaKey, altKey, shiftKey }: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): boolean {
  return !ctrlKey && !metaKey && !altKey && !/^F\d+$/.test(key) && !(shiftKey && key === "Enter");
}

/** Keeps plain keys from going further up than this element, unless an explorer around it does that itself. */
export function shieldKeys(element: HTMLElement, signal?: AbortSignal): void {
  const stop = (event: KeyboardEvent): void => {
    if (isPlain(event) && !element.parentElement?.closest(".dv-explorer")) event.stopPropagation();
  };
  element.addEventListener("keydown", stop, signal ? { signal } : {});
  element.dataset[SHIELDED] = "";
  watchWindow();
}

/** Notebook 7 looks at keys on their way down, where nothing in an output can stop them: there the suppressing attribute is
 *  on the focused element while a plain key is on its way, and at no other time. */
function watchWindow(): void {
  const page = window as unknown as Record<symbol, boolean>; // each of our modules has this file
  if (page[WATCHED]) return;
  page[WATCHED] = true;
  window.addEventListener("keydown", suppress, { capture: true });
}

function suppress(event: KeyboardEvent): void {
  const focused = event.composedPath()[0];
  if (!isPlain(event) || !(focused instanceof Element) || !focused.closest("[data-dv-shielded]") || focused.hasAttribute(SUPPRESSED)) return;
  focused.setAttribute(SUPPRESSED, "true");
  setTimeout(() => focused.removeAttribute(SUPPRESSED));
}
