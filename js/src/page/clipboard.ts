// Copying text, also on pages that are not served safely, where browsers have no clipboard to write to.

/** Copies the text that an element shows; whether it was copied. What cannot be copied is selected, for the keys. */
export async function copyText(shown: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(shown.textContent ?? "");
    return true;
  } catch {
    getSelection()?.selectAllChildren(shown);
    return document.execCommand("copy");
  }
}
