import { expect, it, vi } from "vitest";
import { rescue } from "../../src/link/late_module";
import type { Model } from "../../src/link/model";

/** What ipywidgets does with a message. */
class Base {
  readonly handled: unknown[] = [];
  readonly comm = { on_msg: vi.fn() };
  _handle_comm_msg(message: { content: { data: { method: string } } }): Promise<void> {
    this.handled.push(message.content.data.method);
    return Promise.resolve();
  }
}

/** What anywidget puts before it: a wait for the module. */
class Hidden extends Base {
  constructor(readonly ready: Promise<void>) {
    super();
  }
  override async _handle_comm_msg(message: { content: { data: { method: string } } }): Promise<void> {
    await this.ready;
    return super._handle_comm_msg(message);
  }
}

function proxy(hidden: object): Model<object> {
  let callback: ((changed: object) => void) | null = null;
  const model = {
    on: (_: string, given: typeof callback) => void (callback = given),
    off: () => void (callback = null),
    set: () => callback?.(hidden),
  };
  return model as unknown as Model<object>;
}

const update = { content: { data: { method: "update" } } };

it("leaves a model alone whose module came in time", async () => {
  let loaded = (): void => undefined;
  const hidden = new Hidden(new Promise((resolve) => (loaded = resolve)));
  const answer = rescue(proxy(hidden));
  loaded();
  expect(await answer).toBe(false);
  expect(hidden.comm.on_msg).not.toHaveBeenCalled();
});

it("hands messages on to a model that anywidget gave up", async () => {
  const hidden = new Hidden(Promise.reject(new Error("Failed to initialize model.")));
  expect(await rescue(proxy(hidden))).toBe(true);
  const handle = hidden.comm.on_msg.mock.calls[0]?.[0] as (message: typeof update) => Promise<void>;
  await handle(update);
  expect(hidden.handled).toEqual(["update"]);
  await expect(hidden._handle_comm_msg(update)).rejects.toThrow("Failed");
});

it("does nothing on a page without a kernel", async () => {
  expect(await rescue(proxy({}))).toBe(false);
});
