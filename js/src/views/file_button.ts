// A button that opens the browser's choice of files, and brings one picture.
import { element } from "../page/dom";
import { deliverFile } from "../page/files";
import { complain } from "../link/model";
import type { CommonTraits } from "../link/traits";
import { widget, type View } from "../link/widget";

function mount({ model, link, root, signal }: View<CommonTraits, null>): void {
  const input = element("input", { type: "file", accept: "image/*", hidden: true, "aria-label": "A picture of yours" });
  const button = element("button", { type: "button", class: "dv-button", title: model.get("label") }, "Upload");
  root.append(button, input);
  const deliver = (name: string, bytes: Uint8Array<ArrayBuffer>): void => {
    complain(model, "");
    link.post("file", { name }, { bytes: { shape: [bytes.length], values: bytes } });
  };
  const refuse = (sentence: string): void => complain(model, sentence);
  const bring = (): void => {
    const file = input.files?.[0];
    if (file) void deliverFile(file, { deliver, refuse }, signal);
    input.value = ""; // the same file may come again
  };
  button.addEventListener("click", () => input.click(), { signal });
  input.addEventListener("change", bring, { signal });
}

export default widget<CommonTraits>({ className: "dv-file-button", share: () => null, mount });
