// The keys of the Explorer, while the focus is inside it.
import { commandOf, moveOf, needsKey } from "../arithmetic/keys";
import { publish } from "../link/bus";
import { isPlain } from "../link/key_shield";
import { save } from "../link/model";
import { fullScreen } from "../page/full_screen";
import type { Screen } from "./screen_context";

/** A held key repeats no faster than this, so that commands do not pile up. */
const REPEAT_MS = 80;

export function attachKeys(screen: Screen): void {
  const { root, life, model, parts } = screen;
  root.tabIndex = 0;
  root.classList.add("dv-focusable");
  let last = 0;
  root.addEventListener(
    "keydown",
    (event) => {
      if (isPlain(event)) event.stopPropagation();
      if (event.defaultPrevented || isTaken(event)) return;
      const command = event.key === "Escape" && model.get("help") ? "" : commandOf(event, parts.page.model.get("keys"));
      if (command === null) return;
      event.preventDefault();
      if (command === "") return save(model, "help", false);
      if (event.repeat && event.timeStamp - last < REPEAT_MS) return;
      last = event.timeStamp;
      run(command, screen);
    },
    { signal: life },
  );
  root.addEventListener("pointerdown", () => queueMicrotask(() => focusInto(root)), { signal: life });
  root.addEventListener("pointerup", () => focusInto(root), { signal: life });
  // what has the focus may go: the occluder when it is removed, a control when its pane changes
  root.addEventListener("focusout", ({ target }) => setTimeout(() => (isGone(target as Element) ? keepFocus(root) : undefined)), { signal: life });
}

function run(command: string, { root, model, parts }: Screen): void {
  const move = moveOf(command);
  if (move) publish(model.get("group"), "move", move);
  else if (command === "occlude") publish(model.get("group"), "occlude", null);
  else if (command === "full-screen") fullScreen(root);
  else if (command === "find-layer") root.querySelector<HTMLInputElement>(".dv-x-filter")?.focus();
  else parts.page.link.post("key", { command });
}

/** Whether the control with the focus needs the key for itself. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || needsKey(target.localName, target.getAttribute("type") ?? "", target.getAttribute("role") ?? "", key);
}

/** Gives the Explorer the focus when nothing in it has it. */
function focusInto(root: HTMLElement): void {
  if (!root.contains(document.activeElement)) root.focus({ preventScroll: true });
}

/** Whether an element can have the focus no more; else it went elsewhere by somebody's will. */
const isGone = (of: Element): boolean => !of.isConnected || of.matches(":disabled") || !of.checkVisibility({ visibilityProperty: true });

/** Takes the focus back that fell to the page because its element is gone. */
function keepFocus(root: HTMLElement): void {
  if (document.activeElement === document.body && document.hasFocus() && root.isConnected) root.focus({ preventScroll: true });
}
