// How large everything on the screen is, from the room there is; css px.
export interface Sizes {
  readonly narrow: boolean;
  /** whether there is little height: pictures stand in one row */
  readonly low: boolean;
  readonly height: number;
  readonly width: number;
  readonly ribbon: number;
  readonly stage: number;
  /** width of the columns of stage and card */
  readonly left: number;
  readonly right: number;
  readonly rows: number;
  readonly row: number;
  /** side of a map on the card */
  readonly map: number;
}

export const NARROW = 760; // a window of 900 px has that much beside a notebook's margins
const shape = (width: number): number => (width < 1000 ? 0.66 : 0.56); // height by width
const [LEAST, HEADER, STATUS, GAP] = [420, 36, 20, 6]; // as in explorer.css
const [STAGE, CARD] = [0.2, 0.21]; // of the width, at most; the units have the rest
const STAGE_WORDS = 84; // px of the readout, the legend and the controls below the picture
const ROWS = 6;

/** Sizes for a widget of this width where the view shows `view` px of the page. */
export function sizesOf(width: number, view: number): Sizes {
  if (width < NARROW) return narrow(width);
  const height = Math.round(Math.max(LEAST, Math.min(view, shape(width) * width)));
  const ribbon = height < 600 ? 80 : 86;
  const body = height - HEADER - ribbon - STATUS - 4 * GAP;
  const right = Math.max(200, Math.round(width * CARD));
  const row = body >= 540 ? 30 : body >= 440 ? 26 : 22;
  const rows = body >= 660 ? ROWS + 2 : body >= 430 ? ROWS : body >= 390 ? 5 : 4;
  const stage = Math.round(Math.min(width * STAGE, body - STAGE_WORDS - rows * row));
  const map = Math.round(Math.min(180, (right - GAP) / 2, body * 0.3));
  return { narrow: false, low: body < 560, height, width, ribbon, stage, left: Math.max(stage, Math.round(width * 0.19)), right, rows, row, map };
}

function narrow(width: number): Sizes {
  const beside = width >= 560; // the classes stand beside the picture
  const stage = Math.round(Math.min(344, beside ? width * 0.48 : width - 2 * GAP));
  const right = Math.min(width, 420);
  return { narrow: true, low: false, height: 0, width, ribbon: 96, stage, left: width, right, rows: ROWS, row: 32, map: Math.round((right - 4 * GAP) / 2) };
}
