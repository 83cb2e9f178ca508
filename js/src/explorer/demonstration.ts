// The first seconds: a hand covers the object once, the bars fall, it lets go. Any input ends it; it comes once on a page,
// and not where the page asks for less motion.
import type { Box } from "../arithmetic/box";
import { publish } from "../link/bus";
import { take } from "../link/protocol";
import type { Screen } from "./screen_context";

const SHOWN = Symbol.for("deepvis.demonstration");
const [WAIT_MS, WHOLE_MS] = [600, 4000];
const SHARE = 0.34; // of the picture's side that the hand covers
const INPUTS = ["pointerdown", "keydown", "wheel", "touchstart"] as const;

/** Shows once what an occluder does, when picture and map are there. */
export function demonstrate(screen: Screen): void {
  const page = document as Document & { [SHOWN]?: true };
  if (page[SHOWN] || matchMedia("(prefers-reduced-motion: reduce)").matches || screen.model.get("occluder")) return;
  const life = new AbortController();
  const end = (): void => life.abort();
  screen.life.addEventListener("abort", end, { signal: life.signal });
  for (const name of INPUTS) document.addEventListener(name, end, { signal: life.signal, capture: true, passive: true });
  screen.model.on("change:occluder", end);
  life.signal.addEventListener("abort", () => screen.model.off("change:occluder", end), { once: true });
  const look = setInterval(() => {
    const found = place(screen);
    if (!found || !screen.root.isConnected || screen.root.clientWidth === 0) return;
    clearInterval(look);
    page[SHOWN] = true;
    setTimeout(() => (life.signal.aborted ? undefined : play(screen, found, life)), WAIT_MS);
  }, 200);
  life.signal.addEventListener("abort", () => clearInterval(look), { once: true });
}

interface Path {
  readonly from: readonly [row: number, col: number];
  readonly to: readonly [row: number, col: number];
  readonly side: number;
}

/** From the edge of the picture to the strongest place of the map. */
function place({ parts, page }: Screen): Path | null {
  const frame = parts.stage.link.last("overlay");
  const map = frame && take(frame, "values", "uint8", 2);
  if (!map || map.values.length === 0 || !parts.stage.link.last("picture")) return null;
  const [height, width] = page.size.value;
  const [rows = 1, cols = 1] = map.shape;
  const best = map.values.reduce((found, value, at, all) => (value > all[found]! ? at : found), 0);
  const side = Math.round(SHARE * Math.min(height, width));
  const inside = (at: number, of: number): number => Math.round(Math.min(Math.max(at - side / 2, 0), of - side));
  const to = [inside(((Math.floor(best / cols) + 0.5) * height) / rows, height), inside((((best % cols) + 0.5) * width) / cols, width)] as const;
  return { from: [height - side, width - side], to, side };
}

function play(screen: Screen, { from, to, side }: Path, life: AbortController): void {
  const { parts, root } = screen;
  const began = performance.now();
  root.dataset.demonstration = "runs";
  const show = (box: Box | null, final: boolean): void => {
    parts.stage.link.request("occluder", { box: box && [...box], final });
    publish(screen.model.get("group"), "ghost", box);
  };
  const stop = (): void => {
    root.dataset.demonstration = "over";
    publish(screen.model.get("group"), "ghost", null);
    if (screen.model.get("occluder") === null) parts.stage.link.request("occluder", { box: null, final: true });
  };
  life.signal.addEventListener("abort", stop, { once: true });
  const tick = (): void => {
    if (life.signal.aborted) return;
    const t = (performance.now() - began) / WHOLE_MS;
    if (t >= 1) return life.abort();
    const near = ease(Math.min(1, t / 0.45)) * (1 - ease(Math.max(0, (t - 0.8) / 0.2)));
    show([Math.round(from[0] + (to[0] - from[0]) * near), Math.round(from[1] + (to[1] - from[1]) * near), side, side], false);
    requestAnimationFrame(tick);
  };
  tick();
}

const ease = (t: number): number => t * t * (3 - 2 * t);
