// How large everything on the screen is, from the room there is; css px.
export interface Sizes {
  readonly narrow: boolean;
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

export const NARROW = 900;
const SHAPE = 0.56; // height by width
const [LEAST, HEADER, STATUS, GAP] = [420, 40, 24, 8];
const STAGE_WORDS = 108; // px of the readout, the legend and the controls below the picture
const MAP_WORDS = 44;
const ROWS = 6;

/** Sizes for a widget of this width where the view shows `view` px of the page. */
export function sizesOf(width: number, view: number): Sizes {
  if (width < NARROW) return narrow(width);
  const height = Math.round(Math.max(LEAST, Math.min(view, SHAPE * width)));
  const ribbon = Math.round(Math.min(112, Math.max(80, height * 0.14)));
  const body = height - HEADER - ribbon - STATUS - 4 * GAP;
  const [left, right] = [Math.round(width * 0.25), Math.round(width * 0.264)];
  const row = body >= 560 ? 32 : body >= 470 ? 26 : 22;
  const stage = Math.round(Math.min(left - 2 * GAP, body - STAGE_WORDS - ROWS * row));
  const most = Math.floor((body - STAGE_WORDS - stage) / row);
  const map = Math.round(Math.min(180, (right - 3 * GAP) / 2, (body - MAP_WORDS) * 0.32));
  return { narrow: false, height, width, ribbon, stage, left, right, rows: Math.max(3, Math.min(ROWS, most)), row, map };
}

function narrow(width: number): Sizes {
  const stage = Math.round(Math.min(344, width - 2 * GAP, width >= 600 ? width * 0.5 : width));
  const right = Math.min(width, 420);
  return { narrow: true, height: 0, width, ribbon: 96, stage, left: width, right, rows: ROWS, row: 32, map: Math.round((right - 4 * GAP) / 2) };
}
