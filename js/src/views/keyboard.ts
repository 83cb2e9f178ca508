// Keys of the explorer around this widget, while the focus is inside it.
import { publish } from "../link/bus";
import { helpPanel } from "./help";
import { commandOf, moveOf, needsKey } from "../arithmetic/keys";
import { save, watch, type Model } from "../link/model";
import { isPlain } from "../link/key_shield";
import type { KeyboardTraits } from "../link/traits";
import { widget, type View } from "../link/widget";

/** A held key repeats no faster than this, so that commands do not pile up. */
const REPEAT_MS = 80;

function mount({ model, link, root, signal }: View<KeyboardTraits, null>): void {
  root.hidden = true;
  whenConnected(root, signal, () => attach(explorerOf(root)));

  function attach(explorer: HTMLElement): void {
    if (!explorer.hasAttribute("tabindex")) explorer.tabIndex = 0;
    explorer.classList.add("dv-focusable");
    let last = 0;
    explorer.addEventListener(
      "keydown",
      (event) => {
        if (isPlain(event)) event.stopPropagation();
        if (event.defaultPrevented || isTaken(event)) return;
        const command = closesHelp(event, model) ? "" : commandOf(event, model.get("bindings"));
        if (command === null) return;
        event.preventDefault();
        if (command === "") return save(model, "help", false);
        if (event.repeat && event.timeStamp - last < REPEAT_MS) return;
        last = event.timeStamp;
        const move = moveOf(command);
        if (move) publish(model.get("group"), "move", move);
        else link.post("key", { command });
      },
      { signal },
    );
    explorer.addEventListener("pointerdown", () => queueMicrotask(() => focusInto(explorer)), { signal });
    explorer.addEventListener("pointerup", () => focusInto(explorer), { signal });
    showHelpIn(explorer, model, signal);
  }
}

function showHelpIn(explorer: HTMLElement, model: Model<KeyboardTraits>, signal: AbortSignal): void {
  let panel: HTMLElement | null = null;
  const show = (): void => {
    const had = panel?.contains(document.activeElement) === true;
    panel?.remove();
    panel = model.get("help") ? helpPanel(model.get("bindings"), () => save(model, "help", false), signal) : null;
    if (panel) {
      explorer.append(panel);
      panel.querySelector<HTMLElement>("[role=dialog]")?.focus({ preventScroll: true });
    } else if (had) explorer.focus({ preventScroll: true });
  };
  watch(model, ["help", "bindings"], show, signal);
  signal.addEventListener("abort", () => panel?.remove(), { once: true });
  show();
}

const closesHelp = (event: KeyboardEvent, model: Model<KeyboardTraits>): boolean => event.key === "Escape" && model.get("help");

/** Whether the control with the focus needs the key for itself. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || needsKey(target.localName, target.getAttribute("type") ?? "", target.getAttribute("role") ?? "", key);
}

/** Gives the explorer the focus when nothing in it has it. */
function focusInto(explorer: HTMLElement): void {
  if (!explorer.contains(document.activeElement)) explorer.focus({ preventScroll: true });
}

const explorerOf = (root: HTMLElement): HTMLElement => root.closest<HTMLElement>(".dv-explorer") ?? root.parentElement ?? root;

/** Calls once the element is part of the page: widgets are rendered before they are attached. */
function whenConnected(root: HTMLElement, signal: AbortSignal, then: () => void): void {
  if (signal.aborted) return;
  if (root.isConnected) return then();
  requestAnimationFrame(() => whenConnected(root, signal, then));
}

export default widget<KeyboardTraits>({ className: "dv-keyboard", share: () => null, mount });
