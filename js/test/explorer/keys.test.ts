import { beforeEach, describe, expect, it, vi } from "vitest";
import { attachKeys } from "../../src/explorer/keys";
import type { Screen } from "../../src/explorer/screen_context";

class Part extends EventTarget {
  tabIndex = -1;
  localName = "div";
  isConnected = true;
  isContentEditable = false;
  visible = true;
  readonly classList = { add: vi.fn() };
  readonly focus = vi.fn();
  readonly requestFullscreen = vi.fn(() => Promise.resolve());
  readonly filter = { focus: vi.fn() };
  querySelector = (selector: string): unknown => (selector === ".dv-x-filter" ? this.filter : null);
  getAttribute = (): string | null => null;
  contains = (): boolean => false;
  matches = (): boolean => false;
  checkVisibility = (): boolean => this.visible;
}

const KEYS = [
  { key: "F", command: "full-screen", help: "" },
  { key: "/", command: "find-layer", help: "" },
  { key: "s", command: "unit-pictures", help: "" },
  { key: "ArrowLeft", command: "unit-move-left", help: "" },
  { key: "p", command: "occlude", help: "" },
  { key: "Escape", command: "back", help: "" },
];
let root: Part;
let values: Record<string, unknown>;
let post: ReturnType<typeof vi.fn>;
interface FakePage extends EventTarget {
  fullscreenElement: Part | null;
  exitFullscreen: () => void;
}
let page: FakePage;

beforeEach(() => {
  [root, values, post] = [new Part(), { help: false, group: "g" }, vi.fn()];
  page = Object.assign(new EventTarget(), { fullscreenElement: null, exitFullscreen: vi.fn(), activeElement: "body", body: "body", hasFocus: () => true });
  vi.stubGlobal("document", page);
  vi.stubGlobal("HTMLElement", Part);
  const model = { get: (name: string) => values[name], set: (name: string, value: unknown) => (values[name] = value), save_changes: () => undefined };
  const parts = { page: { model: { get: () => KEYS }, link: { post } } };
  attachKeys({ root, model, parts, life: new AbortController().signal } as unknown as Screen);
});

function press(key: string, more: Record<string, unknown> = {}) {
  const event = Object.assign(new Event("keydown", { cancelable: true, bubbles: true }), { key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more });
  const stopped = vi.spyOn(event, "stopPropagation");
  root.dispatchEvent(event);
  return { taken: event.defaultPrevented, stopped: stopped.mock.calls.length > 0 };
}

describe("a key", () => {
  it("fills the screen, and lets it go back", () => {
    press("F", { shiftKey: true });
    expect(root.requestFullscreen).toHaveBeenCalledOnce();
    page.fullscreenElement = root;
    press("F", { shiftKey: true });
    expect([root.requestFullscreen.mock.calls.length, vi.mocked(page.exitFullscreen).mock.calls.length]).toEqual([1, 1]);
  });
  it("leads to the search for a layer, without being typed into it", () => {
    expect(press("/").taken).toBe(true);
    expect(root.filter.focus).toHaveBeenCalledOnce();
  });
  it("goes to the kernel as a command", () => {
    expect(press("s")).toEqual({ taken: true, stopped: true });
    expect(post).toHaveBeenCalledWith("key", { command: "unit-pictures" });
  });
  it("moves through the units in the page, not through the kernel", () => {
    const moved = vi.fn();
    page.addEventListener("deepvis:g:move", (event) => moved((event as CustomEvent).detail));
    press("ArrowLeft");
    expect(moved).toHaveBeenCalledWith({ key: "ArrowLeft", times: 1 });
    expect(post).not.toHaveBeenCalled();
  });
  it("asks the picture of the same group for a rectangle", () => {
    const asked = vi.fn();
    page.addEventListener("deepvis:g:occlude", asked);
    press("p");
    expect([asked.mock.calls.length, post.mock.calls.length]).toEqual([1, 0]);
  });
  it("that means nothing here is not taken, and yet never reaches the notebook", () => {
    expect([press("q"), press("s", { ctrlKey: true })]).toEqual([{ taken: false, stopped: true }, { taken: false, stopped: false }]);
  });
  it("closes the help first", () => {
    values.help = true;
    press("Escape");
    expect([values.help, post.mock.calls]).toEqual([false, []]);
    press("Escape");
    expect(post).toHaveBeenCalledWith("key", { command: "back" });
  });
  it("belongs to whoever is typed into", () => {
    root.localName = "input";
    expect(press("s").taken).toBe(false);
    expect(post).not.toHaveBeenCalled();
  });
  it("that is held repeats no faster than the kernel should follow", () => {
    press("s");
    press("s", { repeat: true });
    expect(post).toHaveBeenCalledOnce();
  });
});

describe("the focus", () => {
  const leave = async (): Promise<void> => {
    root.dispatchEvent(new Event("focusout"));
    await new Promise((done) => setTimeout(done));
  };
  it("comes back when what had it is gone", async () => {
    root.visible = false;
    await leave();
    expect(root.focus).toHaveBeenCalledOnce();
  });
  it("stays away when somebody took it elsewhere", async () => {
    await leave();
    expect(root.focus).not.toHaveBeenCalled();
  });
});
