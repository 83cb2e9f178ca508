// Pictures of a unit, appearing as they improve.
import { flush, pixels } from "../page/canvas";
import { element, setText } from "../page/dom";
import { mountLabel } from "../link/label";
import { save, watch } from "../link/model";
import { copyRgb } from "../arithmetic/pixels";
import { number, take, text, type Plane } from "../link/protocol";
import type { GalleryTraits } from "../link/traits";
import { widget, type View } from "../link/widget";

interface Card {
  readonly node: HTMLButtonElement;
  readonly holder: HTMLElement;
  readonly caption: HTMLElement;
}

function mount({ model, link, root, signal }: View<GalleryTraits, null>): void {
  const title = element("span", { class: "dv-strong" });
  const note = element("span", { class: "dv-dim" });
  const button = element("button", { type: "button", class: "dv-button" });
  const percent = element("span", { class: "dv-value" });
  const fill = element("span", { class: "dv-progress-fill" });
  const progress = element("span", { class: "dv-progress", role: "progressbar", "aria-label": "How many are drawn", "aria-valuemin": 0, "aria-valuemax": 100 }, fill);
  const running = element("span", { class: "dv-running" }, progress, percent);
  const grid = element("div", { class: "dv-cards", role: "group" });
  const empty = element("div", { class: "dv-empty" });
  root.append(element("div", { class: "dv-bar" }, element("span", { class: "dv-title" }, title, note), running, ...(model.get("startable") ? [button] : [])), grid, empty);
  const cards: Card[] = [];

  function showPictures(): void {
    const frame = link.last("pictures");
    const found = frame && take(frame, "pictures", "uint8", 4);
    const count = found?.shape[0] ?? 0;
    while (cards.length < count) cards.push(card(cards.length));
    for (const { node } of cards.splice(count)) node.remove();
    if (found) cards.forEach(({ holder }, i) => drawPicture(holder, found, i));
    setText(note, frame ? text(frame.meta, "caption") : "");
    empty.hidden = count > 0;
    showSizes();
    showState();
  }

  function card(index: number): Card {
    const holder = element("span", { class: "dv-card-picture" }, element("canvas"));
    const caption = element("span", { class: "dv-caption" });
    const node = element("button", { type: "button", class: "dv-card" }, holder, caption);
    node.addEventListener("click", () => save(model, "chosen", model.get("chosen") === index ? -1 : index), { signal });
    grid.append(node);
    return { node, holder, caption };
  }

  function showSizes(): void {
    const frame = link.last("pictures");
    const scale = frame ? number(frame.meta, "scale", 1) : 1;
    const side = model.get("size");
    const fluid = model.get("fluid");
    grid.classList.toggle("dv-fluid", fluid);
    grid.style.setProperty("--dv-least", `${side}px`);
    const resize = (node: HTMLElement, width: number, height: number): void =>
      void Object.assign(node.style, fluid ? { width: "", height: "" } : { width: `${width}px`, height: `${height}px` });
    for (const { holder } of cards) {
      const canvas = holder.firstElementChild as HTMLCanvasElement;
      const shown = model.get("actual_size") ? scale : side / Math.max(canvas.width, canvas.height, 1);
      resize(holder, side, side);
      resize(canvas, canvas.width * shown, canvas.height * shown);
      canvas.classList.toggle("dv-squares", shown * window.devicePixelRatio >= 3);
    }
  }

  function showState(): void {
    const busy = model.get("running");
    const done = Math.round(100 * Math.min(1, Math.max(0, model.get("progress"))));
    running.hidden = !busy;
    fill.style.width = `${done}%`;
    progress.setAttribute("aria-valuenow", String(done));
    setText(percent, `${done} %`);
    setText(button, busy ? "Stop" : cards.length ? "Draw again" : "Start");
    setText(title, model.get("title"));
    setText(empty, busy ? "The first picture is on its way." : model.get("placeholder"));
    cards.forEach(({ node, caption }, i) => {
      const words = model.get("captions")[i] ?? "";
      setText(caption, words);
      caption.hidden = words === "";
      node.setAttribute("aria-label", words || `Picture ${i + 1}`);
      node.title = words;
      node.setAttribute("aria-pressed", String(model.get("chosen") === i));
      node.classList.toggle("dv-marked", model.get("marked").includes(i));
    });
  }

  button.addEventListener("click", () => void link.post(model.get("running") ? "stop" : "start"), { signal });
  link.listen(({ kind }) => (kind === "pictures" ? showPictures() : undefined), signal);
  watch(model, ["title", "running", "progress", "captions", "marked", "chosen", "placeholder"], showState, signal);
  watch(model, ["size", "fluid", "actual_size"], showSizes, signal);
  mountLabel(model, grid, "Pictures of the unit", signal);
  showPictures();
  link.post("shown");
}

function drawPicture(holder: HTMLElement, { shape, values }: Plane<Uint8Array<ArrayBuffer>>, index: number): void {
  const [, height = 1, width = 1] = shape;
  const area = height * width * 3;
  const picture = pixels(height, width);
  copyRgb(picture.words, 0, width, values.subarray(index * area, (index + 1) * area), height, width);
  flush(picture);
  holder.replaceChildren(picture.canvas);
}

export default widget<GalleryTraits>({ className: "dv-gallery", share: () => null, mount });
