// Hooks of the page's parts: what comes later, and canvases that are drawn again whenever something changes.
import { useEffect, useRef, useState } from "preact/hooks";
import { sharpen } from "../page/canvas";
import { onResize, painter } from "../page/animation_frame";

/** What a promise gives, null before. It is asked again when one of `of` changes; what it gave stays until then. */
export function useLater<T>(ask: () => Promise<T>, of: readonly unknown[]): T | null {
  const [value, setValue] = useState<T | null>(null);
  useEffect(() => {
    let wanted = true;
    void ask().then((given) => (wanted ? setValue(() => given) : undefined));
    return () => void (wanted = false);
  }, of);
  return value;
}

/** A canvas as large as it is laid out, drawn by `paint(drawing, height, width)` in css px, again when `of` changes. */
export function useCanvas(paint: (drawing: CanvasRenderingContext2D, height: number, width: number) => void, of: readonly unknown[]) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const shown = canvas.current!;
    const life = new AbortController();
    const draw = painter(() => paint(sharpen(shown, shown.clientHeight, shown.clientWidth), shown.clientHeight, shown.clientWidth), life.signal);
    onResize(shown, draw, life.signal);
    draw();
    return () => life.abort();
  }, of);
  return canvas;
}

/** Whether the page is dark, now and later. */
export function useDark(): boolean {
  const query = matchMedia("(prefers-color-scheme: dark)");
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const follow = (): void => setDark(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  return dark;
}
