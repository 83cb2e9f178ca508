// Where a card stands beside the tile it belongs to.
interface Size {
  readonly height: number;
  readonly width: number;
}
interface Tile extends Size {
  readonly top: number;
  readonly left: number;
}

const GAP = 6;

/** Top and left of a card: below its tile, above it where there is no room below, and never out at a side. */
export function cardPlace(tile: Tile, card: Size, room: Size): readonly [top: number, left: number] {
  const below = tile.top + tile.height + GAP;
  const above = tile.top - GAP - card.height;
  const middle = tile.left + (tile.width - card.width) / 2;
  return [below + card.height <= room.height || above < 0 ? below : above, Math.max(0, Math.min(middle, room.width - card.width))];
}
