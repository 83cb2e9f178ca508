// The form that builds an atlas of the network from a folder of pictures, or opens one.
import { useRef } from "preact/hooks";
import { useScreen } from "../screen_context";

export function AtlasForm() {
  const { parts, atlas } = useScreen();
  const [pictures, out] = [useRef<HTMLInputElement>(null), useRef<HTMLInputElement>(null)];
  const running = atlas.running.value;
  const post = (kind: string) => () => void parts.atlas.link.post(kind, { pictures: pictures.current!.value, out: out.current!.value });
  return (
    <div class="dv-x-about dv-x-builder">
      <p class="dv-x-sentence" role="status">{atlas.said.value}</p>
      <label class="dv-x-setting">
        <span>Pictures</span>
        <input ref={pictures} type="text" placeholder="a folder of pictures" title="The folder of pictures to look at" />
      </label>
      <label class="dv-x-setting">
        <span>Atlas</span>
        <input ref={out} type="text" defaultValue={atlas.folder.value} title="The folder that the atlas is in, or comes into" />
      </label>
      <div class="dv-x-bar-line">
        <button type="button" class="dv-button" disabled={running} title="Look at all pictures of the folder, in the background" onClick={post("build")}>
          Build an atlas from a folder…
        </button>
        <button type="button" class="dv-button" disabled={running} title="Open an atlas that was built before" onClick={post("open")}>
          Open
        </button>
      </div>
      {running && (
        <div class="dv-x-bar-line">
          <progress aria-label="How far the atlas is" value={atlas.fraction.value} max={1} />
          <span>{atlas.how_far.value}</span>
          <button type="button" class="dv-button" title="Stop; what is finished is kept for another time" onClick={post("stop")}>
            Cancel
          </button>
        </div>
      )}
    </div>
  );
}
