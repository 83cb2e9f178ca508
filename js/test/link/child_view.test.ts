import { describe, expect, it, vi } from "vitest";
import { showsWidgets, showWidget } from "../../src/link/child_view";

/** A view as ipywidgets makes them, which writes down what it is told. */
function fakeView(onPage: () => boolean) {
  const told: string[] = [];
  const el = { isConnected: false, remove: vi.fn() };
  const luminoWidget = { isDisposed: false, processMessage: ({ type }: { type: string }) => void told.push(`${type} ${onPage() ? "there" : "away"}`) };
  const remove = vi.fn(() => void (luminoWidget.isDisposed = true));
  return { told, el, luminoWidget, remove };
}

function page() {
  let there = false;
  const view = fakeView(() => there);
  view.el.remove.mockImplementation(() => void (there = false));
  const host = { replaceChildren: vi.fn(() => void (there = true)) };
  const manager = { get_model: vi.fn(async (id: string) => ({ id })), create_view: vi.fn(async () => view) };
  return { view, host: host as unknown as HTMLElement, put: host.replaceChildren, manager, model: { widget_manager: manager } };
}

describe("a widget of the kernel in another one's view", () => {
  it("is told when it comes onto the page and when it leaves", async () => {
    const { view, host, put, manager, model } = page();
    const life = new AbortController();
    await showWidget(model, "IPY_MODEL_abc", host, life.signal);
    expect(manager.get_model).toHaveBeenCalledWith("abc");
    expect(put).toHaveBeenCalledWith(view.el);
    expect(view.told).toEqual(["before-attach away", "after-attach there"]);
    life.abort();
    expect(view.told.slice(2)).toEqual(["before-detach there", "after-detach away"]);
    expect(view.remove).toHaveBeenCalledTimes(1);
  });

  it("is told nothing more when the kernel has closed it", async () => {
    const { view, host, model } = page();
    const life = new AbortController();
    await showWidget(model, "IPY_MODEL_abc", host, life.signal);
    view.remove();
    life.abort();
    expect(view.told).toHaveLength(2);
  });

  it("does not come onto a page that is gone by then", async () => {
    const { view, host, put, model } = page();
    const life = new AbortController();
    const shown = showWidget(model, "anywidget:abc", host, life.signal);
    life.abort();
    await shown;
    expect(put).not.toHaveBeenCalled();
    expect(view.remove).toHaveBeenCalledTimes(1);
  });

  it("is refused where there is no widget manager", async () => {
    expect(showsWidgets({})).toBe(false);
    expect(showsWidgets({ widget_manager: { get_model: vi.fn() } })).toBe(false);
    expect(showsWidgets(page().model)).toBe(true);
    await expect(showWidget({}, "IPY_MODEL_abc", page().host, new AbortController().signal)).rejects.toThrow("further widgets");
  });
});
