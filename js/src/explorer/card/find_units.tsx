// Units to go on to: those that fire for a class, and those like the selected one.
import { useEffect, useId, useState } from "preact/hooks";
import { ClassNames } from "../class_rows";
import { EnteredInput } from "../controls/entered";
import { PictureImage, usePictures } from "../picture_canvas";
import { number } from "../../link/protocol";
import { useScreen } from "../screen_context";

export function FindUnits() {
  const screen = useScreen();
  const { parts, bars, atlas, state } = screen;
  const labels = bars.labels.value;
  const explained = screen.frame("bars", "values").value;
  const start = explained ? (labels[(state.target.value as number | null) ?? number(explained.meta, "top", 0)] ?? "") : "";
  const [label, setLabel] = useState(start);
  const [here, setHere] = useState(false);
  const list = useId();
  useEffect(() => {
    if (label) parts.atlas.link.post("search", { label, here });
  }, [label, here, here ? state.layer.value : ""]);
  return (
    <div class="dv-x-about dv-x-finder">
      <label>
        fires for <EnteredInput list={list} value={label} aria-label="A class, by name or number" enter={(text) => setLabel(text.trim())} />
      </label>
      <label>
        <input type="checkbox" checked={here} onChange={(event) => setHere(event.currentTarget.checked)} /> only in this layer
      </label>
      <ClassNames id={list} />
      {atlas.notice.value && <p class="dv-x-sentence" role="status">{atlas.notice.value}</p>}
      <Units name="find" title={atlas.find_title.value} captions={atlas.find_captions.value} />
      <Units name="similar" title={atlas.similar_title.value} captions={atlas.similar_captions.value} />
    </div>
  );
}

function Units({ name, title, captions }: { name: "find" | "similar"; title: string; captions: readonly string[] }) {
  const screen = useScreen();
  const pictures = usePictures(screen.frame("atlas", name).value);
  return (
    <div class="dv-x-list" data-list={name}>
      <h3>{title}</h3>
      <div class="dv-x-top dv-x-large">
        {captions.map((caption, index) => (
          <button key={caption} type="button" class="dv-x-unit" title={`Go to ${caption}`} onClick={() => void screen.parts.atlas.link.post("visit", { list: name, index })}>
            <span class="dv-x-cell">{pictures[index] && <PictureImage {...pictures[index]} />}</span>
            <small>
              <bdi>{caption}</bdi>
            </small>
          </button>
        ))}
      </div>
    </div>
  );
}
