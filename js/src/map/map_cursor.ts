// Where a map is pointed at: under the pointer, at the chosen position, and, where maps are linked, on another map.
import { publish, subscribe, type Pointed } from "../link/bus";
import { save, watch, type Model } from "../link/model";
import { cellAt, placeOf, stepped, type Place, type Position } from "../arithmetic/shared_cursor";
import type { MapViewTraits } from "../link/traits";

/** A linked position is told to the kernel when it rests, so that no echo of a former one comes back meanwhile. */
const REST_MS = 150;
const FAR = 8;

interface Parts {
  readonly model: Model<MapViewTraits>;
  readonly surface: HTMLElement;
  /** (height, width) of the map, or null while there is none. */
  readonly size: () => readonly [number, number] | null;
  /** Called when anything moved; `own` says whether the pointer over this map did. */
  readonly moved: (own: boolean) => void;
}

export class MapCursor {
  #pointed: Place | null = null; // under the pointer on this map
  #elsewhere: Place | null = null; // under the pointer on a linked map
  #chosen: Place | null = null;
  #rest = 0;
  readonly #parts: Parts;

  constructor(parts: Parts, signal: AbortSignal) {
    this.#parts = parts;
    const { model, surface } = parts;
    this.adopt();
    watch(model, ["position"], () => this.adopt(), signal);
    surface.addEventListener("pointermove", (event) => this.#point(event), { signal });
    surface.addEventListener("pointerleave", () => this.#point(null), { signal });
    surface.addEventListener("keydown", (event) => this.#key(event), { signal });
    surface.addEventListener("click", (event) => this.#click(event), { signal });
    signal.addEventListener("abort", () => this.#end(), { once: true });
    if (model.get("linked")) subscribe(model.get("group"), "cursor", (news) => this.#hear(news), signal);
  }

  /** Cell under the pointer on this map. */
  get hovered(): Position | null {
    return this.#cell(this.#pointed);
  }
  /** Cell under the pointer on this map or on a linked one. */
  get shared(): Position | null {
    return this.#cell(this.#pointed ?? this.#elsewhere);
  }
  get chosen(): Position | null {
    return this.#cell(this.#chosen);
  }

  /** Takes the position of the trait; also after the map has got another size. */
  adopt(): void {
    const [position, size] = [this.#parts.model.get("position"), this.#parts.size()];
    this.#chosen = Array.isArray(position) && size ? placeOf(position, ...size) : null;
    this.#parts.moved(false);
  }

  #cell(place: Place | null): Position | null {
    const size = this.#parts.size();
    return place && size && cellAt(place, ...size);
  }

  #place(event: PointerEvent | MouseEvent): Place {
    const at = this.#parts.surface.getBoundingClientRect();
    return [(event.clientY - at.top) / at.height, (event.clientX - at.left) / at.width];
  }

  get #live(): boolean {
    return this.#parts.model.get("interactive") && this.#parts.size() !== null;
  }

  #point(event: PointerEvent | null): void {
    this.#pointed = event && this.#place(event);
    if (this.#live) this.#tell(this.#pointed, false);
    this.#parts.moved(true);
  }

  #click(event: MouseEvent): void {
    this.#pointed = this.#place(event);
    const [at, old] = [this.hovered, this.chosen];
    if (!at || !this.#live) return;
    this.#choose(old && old[0] === at[0] && old[1] === at[1] ? null : at);
  }

  #key(event: KeyboardEvent): void {
    const { model } = this.#parts;
    const size = this.#parts.size();
    if (!size || !this.#live || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = stepped(event.key, this.chosen, ...size, model.get("linked") && event.shiftKey ? FAR : 1);
    const clears = this.chosen && (event.key === "Delete" || event.key === "Backspace");
    if (!next && !clears) return;
    this.#choose(next);
    event.preventDefault();
    event.stopPropagation();
  }

  #choose(at: Position | null): void {
    const { model, size, moved } = this.#parts;
    const position = at && ([...at] as Position);
    this.#chosen = at && placeOf(at, ...size()!);
    if (model.get("linked")) {
      window.clearTimeout(this.#rest);
      this.#rest = window.setTimeout(() => save(model, "position", position), REST_MS);
      this.#tell(this.#chosen, true);
    } else save(model, "position", position);
    moved(false);
  }

  #tell(place: Place | null, chosen: boolean): void {
    const { model } = this.#parts;
    if (model.get("linked")) publish(model.get("group"), "cursor", { place, chosen, from: this });
  }

  #hear({ place, chosen, from }: Pointed): void {
    if (from === this) return;
    if (chosen) this.#chosen = place;
    else this.#elsewhere = place;
    this.#parts.moved(false);
  }

  #end(): void {
    window.clearTimeout(this.#rest);
    if (this.#pointed) this.#tell(null, false);
  }
}
