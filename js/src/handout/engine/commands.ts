// What keys do on a page: those of the kernel's commands (commands.py) that need no kernel.
import { layerOf } from "../../engine/facts";
import type { PageFacts } from "./page_facts";

/** The widget's traits. */
export interface Traits {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
}
const [GAMMAS, BOOSTS] = [[0.5, 0.3, 1.0, 0.7], [0.0, 0.3, 0.5, 0.8, 1.0]];
const ZOOMS = ["", "grid", "unit", "backward"];

/** Does what a command says; false for one that needs a kernel. */
export function press(command: string, traits: Traits, facts: PageFacts): boolean {
  const found = TABLE[command];
  found?.(traits, facts);
  return found !== undefined;
}

const TABLE: Record<string, (traits: Traits, facts: PageFacts) => void> = {
  "layer-previous": (traits, facts) => stepLayer(traits, facts, -1),
  "layer-next": (traits, facts) => stepLayer(traits, facts, 1),
  zoom: (traits) => cycle(traits, "zoom", ZOOMS),
  pattern: (traits, facts) => traits.set("tiles", traits.get("tiles") === "pictures" || !facts.patterned.includes(String(traits.get("layer"))) ? "activation" : "pictures"),
  probabilities: (traits) => traits.set("shares", !traits.get("shares")),
  gamma: (traits) => cycle(traits, "gamma", GAMMAS),
  boost: (traits) => cycle(traits, "boost", BOOSTS),
  help: (traits) => traits.set("help", !traits.get("help")),
  reset: (traits) => Object.entries({ help: false, gamma: GAMMAS[0], boost: BOOSTS[0], zoom: "", tiles: "activation" }).forEach(([name, value]) => traits.set(name, value)),
};

function stepLayer(traits: Traits, facts: PageFacts, by: number): void {
  const at = facts.layers.indexOf(layerOf(facts, String(traits.get("layer"))));
  traits.set("layer", facts.layers[Math.max(0, Math.min(at + by, facts.layers.length - 1))]!.name);
}

function cycle(traits: Traits, name: string, values: readonly unknown[]): void {
  traits.set(name, values[(values.indexOf(traits.get(name)) + 1) % values.length]);
}
