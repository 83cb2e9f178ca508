// Colours of the page's theme for canvases, and news of its change.
/** Value of a custom property on an element. */
export const token = (of: Element, name: string): string => getComputedStyle(of).getPropertyValue(name).trim();

/** Calls back after JupyterLab's or the system's theme changed, or the screen's pixel density, until the signal aborts. */
export function onTheme(callback: () => void, signal: AbortSignal): void {
  const observer = new MutationObserver(callback);
  const attributeFilter = ["data-jp-theme-light", "data-jp-theme-name", "data-theme", "class"];
  observer.observe(document.body, { attributes: true, attributeFilter });
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback, { signal });
  matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`).addEventListener("change", callback, { signal });
}
