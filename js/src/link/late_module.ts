// A page so busy that a module comes late. anywidget gives a model up when its module has not come within two seconds, and
// from then on drops all that the kernel sends to it, though its view is drawn: this takes over what is sent.
import type { Model } from "./model";

interface Message {
  readonly content: { readonly data: { readonly method: string } };
}
type Handler = (message: Message) => Promise<void>;
/** The widget manager's model, which anywidget hides from modules. */
interface Behind {
  readonly comm?: { on_msg(handler: Handler): void };
  readonly _handle_comm_msg?: Handler;
}
const NOTHING: Message = { content: { data: { method: "nothing" } } };

/** Whether anywidget had given the model up; messages reach it again when this resolves. */
export async function rescue(model: Model<object>): Promise<boolean> {
  const hidden = behind(model);
  try {
    await hidden?._handle_comm_msg?.(NOTHING);
    return false;
  } catch {
    const handle = inherited(hidden);
    if (handle) hidden?.comm?.on_msg(handle);
    return true;
  }
}

/** A change event names the model that changed. The kernel knows no such trait and ignores it. */
function behind(model: Model<object>): Behind | null {
  let found: Behind | null = null;
  const take = (changed: Behind): void => void (found = changed);
  model.on("change:deepvis_late", take);
  (model as unknown as Model<{ deepvis_late: boolean }>).set("deepvis_late", true);
  model.off("change:deepvis_late", take);
  return found;
}

/** What ipywidgets does with a message, without anywidget's wait before it. */
function inherited(hidden: Behind | null): Handler | undefined {
  let owner: Behind | null = hidden;
  while (owner && !Object.hasOwn(owner, "_handle_comm_msg")) owner = Object.getPrototypeOf(owner) as Behind | null;
  const parent = owner && (Object.getPrototypeOf(owner) as Behind | null);
  return parent?._handle_comm_msg?.bind(hidden as never);
}
