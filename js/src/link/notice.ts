// The error strip: one sentence below what is drawn, which stays.
import { element } from "../page/dom";
import { save, watch, type Model } from "./model";
import type { CommonTraits } from "./traits";

export function mountNotice(view: { model: unknown; root: HTMLElement; signal: AbortSignal }): void {
  const model = view.model as Model<CommonTraits>;
  const sentence = element("span");
  const close = element("button", { class: "dv-quiet", type: "button", "aria-label": "Dismiss this message", title: "Dismiss" }, "×");
  const strip = element("div", { class: "dv-notice", role: "status", "aria-live": "polite" }, sentence, close);
  const show = (): void => {
    sentence.textContent = model.get("notice");
    strip.hidden = model.get("notice") === "";
  };
  close.addEventListener("click", () => save(model, "notice", ""), { signal: view.signal });
  watch(model, ["notice"], show, view.signal);
  show();
  view.root.append(strip);
}
