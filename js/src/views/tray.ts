// A tray of small pictures: more are dropped or chosen, one is shown by a click, and taken away by the cross at its corner.
import { flush, pixels } from "../page/canvas";
import { element, setText } from "../page/dom";
import { acceptFiles, deliverFile, type FileHost } from "../page/files";
import { deliverFolder, filesIn } from "../page/folder";
import { mountLabel } from "../link/label";
import { complain, watch } from "../link/model";
import { copyRgb } from "../arithmetic/pixels";
import { take } from "../link/protocol";
import type { TrayTraits } from "../link/traits";
import { widget, type View } from "../link/widget";

function mount({ model, link, root, signal }: View<TrayTraits, null>): void {
  const input = element("input", { type: "file", accept: "image/*", multiple: true, hidden: true, "aria-label": "Pictures of yours" });
  const upload = element("button", { type: "button", class: "dv-button", title: "Add pictures of yours" }, "Upload");
  const folder = element("input", { type: "file", webkitdirectory: true, multiple: true, hidden: true, "aria-label": "A folder of yours" });
  const whole = element("button", { type: "button", class: "dv-button", title: "Add the pictures of a folder of yours" }, "Folder");
  const empty = element("span", { class: "dv-dim" }, "Drop pictures here");
  const pictures = element("div", { class: "dv-tray-pictures", role: "group" });
  root.tabIndex = 0; // what is pasted goes to the tray that has the focus
  root.append(pictures, element("div", { class: "dv-bar" }, upload, whole, empty), input, folder);
  const cards: HTMLElement[] = [];

  function show(): void {
    const frame = link.last("pictures");
    const found = frame && take(frame, "pictures", "uint8", 4);
    const [count = 0, height = 1, width = 1] = found?.shape ?? [];
    while (cards.length < count) cards.push(card(cards.length));
    for (const node of cards.splice(count)) node.remove();
    cards.forEach((node, i) => {
      const picture = pixels(height, width);
      copyRgb(picture.words, 0, width, found!.values.subarray(i * height * width * 3, (i + 1) * height * width * 3), height, width);
      flush(picture);
      node.firstElementChild!.replaceChildren(picture.canvas);
    });
    caption();
  }

  function card(index: number): HTMLElement {
    const shown = element("button", { type: "button", class: "dv-tray-picture" });
    const away = element("button", { type: "button", class: "dv-tray-away" }, "×");
    shown.addEventListener("click", () => void link.post("show", { index }), { signal });
    away.addEventListener("click", () => void link.post("remove", { index }), { signal });
    const node = element("span", { class: "dv-tray-card" }, shown, away);
    pictures.append(node);
    return node;
  }

  function caption(): void {
    const [captions, marked] = [model.get("captions"), model.get("marked")];
    cards.forEach((node, i) => {
      const words = captions[i] ?? `Picture ${i + 1}`;
      const [shown, away] = node.children as unknown as [HTMLElement, HTMLElement];
      shown.title = words;
      shown.setAttribute("aria-label", `Show: ${words}`);
      away.title = "Take it out of the tray";
      away.setAttribute("aria-label", `Take out: ${words}`);
      node.classList.toggle("dv-marked", marked.includes(i));
    });
    setText(empty, cards.length ? "or drop pictures here" : "Drop pictures here");
  }

  const send = (name: string, bytes: Uint8Array<ArrayBuffer>, place = 0, of = 1): void =>
    void link.post("file", { name, place, of }, { bytes: { shape: [bytes.length], values: bytes } });
  const deliverAll = (files: Iterable<File>): Promise<void> => deliverFolder(files, { deliver: send, say: (sentence) => complain(model, sentence) }, signal);
  const host: Omit<FileHost, "target"> = {
    deliver: (name, bytes) => {
      complain(model, "");
      send(name, bytes);
    },
    refuse: (sentence) => complain(model, sentence),
    several: true,
    folders: (entries) => void filesIn(entries).then(deliverAll, () => complain(model, "The folder could not be read.")),
  };
  upload.addEventListener("click", () => input.click(), { signal });
  input.addEventListener(
    "change",
    () => {
      for (const file of input.files ?? []) void deliverFile(file, host, signal);
      input.value = ""; // the same files may come again
    },
    { signal },
  );
  whole.addEventListener("click", () => folder.click(), { signal });
  folder.addEventListener(
    "change",
    () => {
      const files = [...(folder.files ?? [])];
      folder.value = "";
      void deliverAll(files);
    },
    { signal },
  );
  acceptFiles({ target: root, ...host }, signal);
  link.listen(({ kind }) => (kind === "pictures" ? show() : undefined), signal);
  watch(model, ["captions", "marked"], caption, signal);
  mountLabel(model, pictures, "Pictures of a class", signal);
  show();
}

export default widget<TrayTraits>({ className: "dv-tray", share: () => null, mount });
