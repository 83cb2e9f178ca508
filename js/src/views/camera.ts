// The webcam: pictures go to the kernel while fewer than two are unanswered, so the newest is never queued behind old ones.
import { context } from "../page/canvas";
import { dropAlpha, part } from "../arithmetic/crop";
import { element, setText } from "../page/dom";
import { mountLabel } from "../link/label";
import { complain, save, watch } from "../link/model";
import type { CameraTraits } from "../link/traits";
import { widget, type Definition, type View } from "../link/widget";

const REASONS: Record<string, string> = {
  NotAllowedError: "The browser was not allowed to use the camera.",
  NotFoundError: "No camera was found.",
  NotReadableError: "The camera is in use by another program.",
};
const NO_ACCESS = "This page may not use a camera; it must be opened from this computer or over https.";

function mount({ model, link, root, signal }: View<CameraTraits, null>): void {
  const video = element("video", { playsinline: true, hidden: true });
  video.muted = true;
  const preview = element("canvas", { class: "dv-camera-preview", role: "img" });
  const onOff = element("button", { type: "button", class: "dv-button" });
  const freeze = element("button", { type: "button", class: "dv-button" });
  root.append(preview, element("div", { class: "dv-bar" }, onOff, freeze), video);
  let stream: MediaStream | null = null;
  let starting = false;
  let timer = 0;

  async function start(): Promise<void> {
    if (stream || starting) return;
    starting = true;
    try {
      if (!navigator.mediaDevices) throw new Error(NO_ACCESS);
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" }, audio: false });
      if (signal.aborted || !model.get("running")) return stop();
      video.srcObject = stream;
      await video.play();
      save(model, "notice", "");
      timer = requestAnimationFrame(tick);
    } catch (error) {
      stop();
      if (signal.aborted) return;
      complain(model, sentence(error));
      save(model, "running", false);
    } finally {
      starting = false;
    }
  }

  function stop(): void {
    cancelAnimationFrame(timer);
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.srcObject = null;
  }

  function tick(): void {
    timer = requestAnimationFrame(tick);
    if (model.get("frozen") || !link.free || video.videoWidth === 0) return;
    const [height, width] = model.get("size");
    if (preview.height !== height) preview.height = height;
    if (preview.width !== width) preview.width = width;
    const drawing = context(preview, true);
    const [top, left, h, w] = part([video.videoHeight, video.videoWidth], [height, width], model.get("crop"));
    drawing.drawImage(video, left, top, w, h, 0, 0, width, height);
    const values = dropAlpha(drawing.getImageData(0, 0, width, height).data);
    link.request("frame", {}, { picture: { shape: [height, width, 3], values } });
  }

  function show(): void {
    const [running, frozen] = [model.get("running"), model.get("frozen")];
    setText(onOff, running ? "Stop camera" : "Start camera");
    setText(freeze, frozen ? "Go on" : "Freeze");
    freeze.hidden = !running;
    preview.hidden = !running;
    root.classList.toggle("dv-frozen", frozen);
    if (running) void start();
    else stop();
  }

  onOff.addEventListener("click", () => save(model, "running", !model.get("running")), { signal });
  freeze.addEventListener("click", () => save(model, "frozen", !model.get("frozen")), { signal });
  watch(model, ["running", "frozen"], show, signal);
  mountLabel(model, preview, "What the camera sees", signal);
  signal.addEventListener("abort", stop, { once: true });
  show();
}

const sentence = (error: unknown): string =>
  error instanceof Error ? (REASONS[error.name] ?? (error.message === NO_ACCESS ? NO_ACCESS : `The camera could not be opened: ${error.message}`)) : "The camera could not be opened.";

export const camera: Definition<CameraTraits, null> = { className: "dv-camera", window: 2, share: () => null, mount };

export default widget(camera);
