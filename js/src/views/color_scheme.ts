// What a board needs from the page: whether it is dark, for what Python draws, and a way out for the keyboard.
import { save } from "../link/model";
import { onTheme, token } from "../page/theme";
import type { SchemeTraits } from "../link/traits";
import { widget, type View } from "../link/widget";

/** Perceived brightness of a css colour, 0 to 255, as the browser itself understands the colour. */
function brightness(colour: string): number {
  const drawing = new OffscreenCanvas(1, 1).getContext("2d");
  if (!drawing) return 255;
  drawing.fillStyle = colour;
  drawing.fillRect(0, 0, 1, 1);
  const [red = 255, green = 255, blue = 255] = drawing.getImageData(0, 0, 1, 1).data;
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

const isBoard = (target: EventTarget | null): target is HTMLElement =>
  target instanceof HTMLElement && target.matches("canvas.dv-board-canvas");

/** ipycanvas focuses its canvas before it reads where it was pressed: the page must not scroll in between. */
function holdStill(event: MouseEvent): void {
  if (isBoard(event.target)) event.target.focus({ preventScroll: true });
}

/** ipycanvas swallows every key: without this, nobody who tabs onto a drawing could leave it. */
function letTabOut(event: KeyboardEvent): void {
  if (event.key === "Tab" && isBoard(event.target)) event.stopImmediatePropagation();
}

function mount({ model, root, signal }: View<SchemeTraits, null>): void {
  root.hidden = true;
  const look = (): void => {
    if (!signal.aborted) save(model, "dark", brightness(token(root, "--dv-surface") || "#ffffff") < 128);
  };
  // a theme's style sheet may arrive after the page says that it changed
  const later = (): void => void [0, 300, 1500].forEach((delay) => setTimeout(look, delay));
  onTheme(later, signal);
  later();
  document.addEventListener("mousedown", holdStill, { capture: true, signal });
  document.addEventListener("keydown", letTabOut, { capture: true, signal });
}

export default widget<SchemeTraits>({ className: "dv-scheme", share: () => null, mount });
