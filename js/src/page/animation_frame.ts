// Painting at most once per displayed frame.
/** A function that asks for a paint; asks between two frames are one paint. Ends with the signal. */
export function painter(paint: () => void, signal: AbortSignal): () => void {
  let asked = 0;
  signal.addEventListener("abort", () => cancelAnimationFrame(asked), { once: true });
  return () => {
    if (asked !== 0 || signal.aborted) return;
    asked = requestAnimationFrame(() => {
      asked = 0;
      paint();
    });
  };
}

/** Calls back when the element's size changes, and once at the start. */
export function onResize(of: Element, callback: () => void, signal: AbortSignal): void {
  const observer = new ResizeObserver(callback);
  observer.observe(of);
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });
}
