// Another widget of the kernel shown inside a view, by the widget manager that both live in. What the manager draws wants
// to be told when it comes onto the page and when it leaves: boards lay themselves out then.
interface Message {
  readonly type: string;
  readonly isConflatable: boolean;
  conflate(): boolean;
}
/** What a widget manager draws of a model. */
export interface ChildView {
  readonly el: HTMLElement;
  readonly luminoWidget?: { readonly isDisposed?: boolean; processMessage(message: Message): void };
  remove(): void;
}
interface Manager {
  get_model(id: string): Promise<unknown>;
  create_view?(model: unknown): Promise<ChildView>;
}
const REFERENCE = /^[^:]*?(?:IPY_MODEL_|:)/;

const managerOf = (model: object): Manager | undefined => (model as { widget_manager?: Manager }).widget_manager;

/** Whether the page can show other widgets of the kernel: not every front end has a widget manager. */
export const showsWidgets = (model: object): boolean => typeof managerOf(model)?.create_view === "function";

/** Shows the widget that a trait refers to ("IPY_MODEL_…") in a host on the page, until the signal aborts. */
export async function showWidget(model: object, reference: string, host: HTMLElement, life: AbortSignal): Promise<void> {
  const manager = managerOf(model);
  if (!manager?.create_view) throw new Error("This page shows no further widgets.");
  const child = await manager.get_model(reference.replace(REFERENCE, ""));
  const view = await manager.create_view(child);
  if (life.aborted) return view.remove();
  tell(view, "before-attach");
  host.replaceChildren(view.el);
  tell(view, "after-attach");
  life.addEventListener("abort", () => leave(view), { once: true });
}

/** The view is gone already where the kernel closed its widget. */
function leave(view: ChildView): void {
  tell(view, "before-detach");
  view.el.remove();
  tell(view, "after-detach");
  view.remove();
}

function tell({ luminoWidget }: ChildView, type: string): void {
  if (!luminoWidget?.isDisposed) luminoWidget?.processMessage({ type, isConflatable: false, conflate: () => false });
}
