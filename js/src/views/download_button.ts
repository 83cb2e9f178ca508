// A button for a file that the kernel makes and the browser saves.
import { element } from "../page/dom";
import { saveFile } from "../page/save_file";
import { take, text } from "../link/protocol";
import { watch } from "../link/model";
import type { DownloadButtonTraits } from "../link/traits";
import { widget, type View } from "../link/widget";

function mount({ model, link, root, signal }: View<DownloadButtonTraits, null>): void {
  const button = element("button", { type: "button", class: "dv-button" });
  let asked = false; // of several views of one button only the one that was pressed saves
  const show = (): void => {
    button.textContent = model.get("text");
    button.title = model.get("label");
  };
  root.append(button);
  button.addEventListener(
    "click",
    () => {
      asked = true;
      link.post("ask");
    },
    { signal },
  );
  link.listen((frame) => {
    if (frame.kind !== "file" || !asked) return;
    asked = false;
    saveFile(text(frame.meta, "name", "file"), take(frame, "bytes", "uint8", 1)!.values);
  }, signal);
  watch(model, ["text", "label"], show, signal);
  show();
}

export default widget<DownloadButtonTraits>({ className: "dv-download-button", share: () => null, mount });
