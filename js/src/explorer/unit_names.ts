// Which units have names: the classes at the end of the network, and directions that somebody named.
import type { Screen } from "./screen_context";

const NONE: readonly string[] = [];

/** Whether a layer holds the classes: it stands for the network's last block of its own. */
export function holdsClasses({ ribbon }: Screen, layer: string): boolean {
  return ribbon.blocks.value.filter(({ of }) => !of).at(-1)?.shown === layer;
}

/** The names of a layer's units; empty where they have none. */
export function unitNames(screen: Screen, layer: string): readonly string[] {
  const named = screen.ribbon.layers.value.find(({ name }) => name === layer)?.units ?? NONE;
  return holdsClasses(screen, layer) ? screen.bars.labels.value : named;
}
