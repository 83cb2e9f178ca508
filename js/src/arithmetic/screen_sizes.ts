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

const NARROW = 760; // a window of 900 px has that much beside a notebook's margins
/** Height by width: 0.56, and more where that is little. */
const highest = (width: number): number => Math.max(0.56 * width, Math.min(0.66 * width, 660));
const [LEAST, HEADER, STATUS, GAP] = [420, 32, 20, 6]; // as in explorer.css
const [STAGE, CARD] = [0.2, 0.21]; // of the width, at most; the units have the rest
const STAGE_WORDS = 84; // px of the readout, the legend and the controls below the picture
const ROWS = 6;
const RIBBON = 80;

/** Lines of the classes: how many and how high. Of these the first is taken that leaves the picture `least` px; the one
 * after it leaves the picture no more than that, so that nothing becomes smaller where there is more room. */
const CLASSES = [
  { rows: ROWS + 2, row: 30, least: 336 },
  { rows: ROWS, row: 30, least: 276 },
  { rows: ROWS, row: 26, least: 200 },
  { rows: ROWS, row: 22, least: 190 },
  { rows: ROWS - 1, row: 22, least: 176 },
  { rows: 4, row: 22, least: 0 },
];

/** Sizes for a widget of this width where the view shows `view` px of the page. */
export function sizesOf(width: number, view: number): Sizes {
  if (width < NARROW) return narrow(width);
  const height = Math.round(Math.max(LEAST, Math.min(view, highest(width))));
  const body = height - HEADER - RIBBON - STATUS - 4 * GAP;
  const right = Math.max(200, Math.round(width * CARD));
  const room = (index: number): number => body - STAGE_WORDS - CLASSES[index]!.rows * CLASSES[index]!.row;
  const taken = CLASSES.findIndex(({ least }, index) => room(index) >= least);
  const { rows, row } = CLASSES[taken]!;
  const stage = Math.round(Math.min(width * STAGE, room(taken), CLASSES[taken - 1]?.least ?? Infinity));
  const map = Math.floor(Math.min(180, (right - GAP) / 2, body * 0.3));
  return { narrow: false, low: body < 560, height, width, ribbon: RIBBON, stage, left: Math.max(stage, Math.round(width * 0.19)), right, rows, row, map };
}

function narrow(width: number): Sizes {
  const beside = width >= 560; // the classes stand beside the picture
  const stage = Math.round(Math.min(344, beside ? width * 0.48 : width - 2 * GAP));
  const right = Math.min(width, 420);
  return { narrow: true, low: false, height: 0, width, ribbon: 96, stage, left: width, right, rows: ROWS, row: 32, map: Math.floor((right - 4 * GAP) / 2) };
}
