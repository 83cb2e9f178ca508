// A button under a lab or board: the lines of code that make what is on screen, to be copied, or saved with all of it.
import { copyText } from "../page/clipboard";
import { element, setText } from "../page/dom";
import type { CommonTraits } from "../link/traits";
import { widget, type View } from "../link/widget";

function mount({ link, root, signal }: View<CommonTraits, null>): void {
  const button = (text: string, title: string): HTMLButtonElement => element("button", { type: "button", class: "dv-button", title }, text);
  const opener = button("Code", "Code that makes what is on screen");
  const [copy, save] = [button("Copy", "Copy the code"), button("Save", "Save what is on screen in a file beside the notebook")];
  const [said, lines] = [element("span", { class: "dv-dim", role: "status" }), element("pre", { tabindex: 0, "aria-label": "Code" })];
  const bar = element("div", { class: "dv-bar" }, copy, save, said);
  const panel = element("div", { class: "dv-code", hidden: true }, bar, lines);
  root.append(element("div", { class: "dv-code-opener" }, opener), panel);

  function open(shown: boolean): void {
    panel.hidden = !shown;
    opener.setAttribute("aria-expanded", String(shown));
    if (shown) link.post("code");
  }
  function show(): void {
    const meta = link.last("code")?.meta;
    setText(lines, String(meta?.["code"] ?? ""));
    setText(said, String(meta?.["saved"] ?? ""));
  }
  open(false);
  opener.addEventListener("click", () => open(panel.hidden), { signal });
  save.addEventListener("click", () => void link.post("save"), { signal });
  copy.addEventListener("click", () => void copyText(lines).then((done) => setText(said, done ? "Copied." : "Press Ctrl-C to copy.")), { signal });
  link.listen(({ kind }) => (kind === "code" ? show() : undefined), signal);
}

export default widget<CommonTraits>({ className: "dv-code-button", share: () => null, mount });
