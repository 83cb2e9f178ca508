// The first line: the picture, where others come from, the network, full screen and help.
import { useRef } from "preact/hooks";
import { complain, save } from "../link/model";
import { deliverFile } from "../page/files";
import { fullScreen } from "../page/full_screen";
import { CodeButton } from "./controls/code";
import { Popover } from "./popover";
import { useScreen } from "./screen_context";
import { SwitchedOff } from "./switched_off";

const ANOTHER = -1;

export function Header() {
  const { page } = useScreen();
  return (
    <div class="dv-x-header">
      {page.kernel.value && (
        <>
          <PictureChoice />
          <Upload />
          <PathField />
          <CameraButton />
          <SwitchedOff />
        </>
      )}
      <NetworkName />
      {page.kernel.value && <CodeButton />}
      <FullScreenButton />
      <HelpButton />
    </div>
  );
}

function PictureChoice() {
  const { pictures, parts } = useScreen();
  const [names, chosen, other] = [pictures.names.value, pictures.chosen.value, pictures.other.value];
  const step = (by: number) => () => void parts.pictures.link.post("step", { by });
  return (
    <span class="dv-x-group">
      <button type="button" class="dv-button dv-square" title="Previous picture (e)" aria-label="Previous picture" onClick={step(-1)}>
        ◂
      </button>
      <select
        class="dv-x-pictures"
        aria-label="Pictures"
        value={String(chosen)}
        onChange={(event) => void parts.pictures.link.post("choose", { index: Number(event.currentTarget.value) })}
      >
        {chosen === ANOTHER && <option value={ANOTHER}>{other}</option>}
        {names.map((name, index) => (
          <option key={index} value={index}>
            {name}
          </option>
        ))}
      </select>
      <button type="button" class="dv-button dv-square" title="Next picture (w)" aria-label="Next picture" onClick={step(1)}>
        ▸
      </button>
    </span>
  );
}

function Upload() {
  const { parts, root, life } = useScreen();
  const input = useRef<HTMLInputElement>(null);
  const deliver = (name: string, bytes: Uint8Array<ArrayBuffer>): void => {
    parts.stage.link.post("file", { name }, { bytes: { shape: [bytes.length], values: bytes } });
  };
  const bring = (field: HTMLInputElement): void => {
    const file = field.files?.[0];
    if (file) void deliverFile(file, { deliver, refuse: (sentence) => complain(parts.stage.model, sentence) }, life);
    field.value = ""; // the same file may come again
    root.focus({ preventScroll: true });
  };
  return (
    <>
      <button type="button" class="dv-button" title="Open a picture of yours; dropping or pasting one works, too" onClick={() => input.current?.click()}>
        upload
      </button>
      <input ref={input} type="file" accept="image/*" hidden aria-label="A picture of yours" onChange={(event) => bring(event.currentTarget)} />
    </>
  );
}

function PathField() {
  const { parts } = useScreen();
  const open = (event: KeyboardEvent): void => {
    if (event.key === "Enter") parts.pictures.link.post("path", { path: (event.currentTarget as HTMLInputElement).value });
  };
  return (
    <Popover name="path" label="open" title="Open a picture or a folder on the computer that runs Python">
      <input type="text" class="dv-x-path" placeholder="path of a picture or folder, then Enter" aria-label="Path of a picture or folder" onKeyDown={open} />
    </Popover>
  );
}

function CameraButton() {
  const { model, state } = useScreen();
  return (
    <button
      type="button"
      class="dv-button"
      aria-pressed={state.filming.value}
      title="Camera on or off (c)"
      onClick={() => save(model, "filming", !state.filming.value)}
    >
      camera
    </button>
  );
}

function NetworkName() {
  const { page } = useScreen();
  return (
    <span class="dv-x-network">
      <b>{page.network.value}</b>
      {page.note.value && <span class="dv-x-note" title={page.note.value}>{page.note.value}</span>}
    </span>
  );
}

function FullScreenButton() {
  const { root } = useScreen();
  return (
    <button type="button" class="dv-button" title="Full screen (F)" onClick={() => fullScreen(root)}>
      full
    </button>
  );
}

function HelpButton() {
  const { model, state } = useScreen();
  return (
    <button type="button" class="dv-button dv-square" title="Keys and help (h)" aria-label="Keys and help" aria-expanded={state.help.value} onClick={() => save(model, "help", !state.help.value)}>
      ?
    </button>
  );
}
