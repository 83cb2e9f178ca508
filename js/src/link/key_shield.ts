// Keys that the notebook must not see. JupyterLab takes plain keys for notebook commands ("d d" deletes the cell, "b" adds
// one) from any focused element of an output, at the document, after the key has bubbled through our elements. Its
// suppressing attribute counts only on the focused element itself, and would take Ctrl+S away as well; stopping plain keys
// on their way up does neither.
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
}
