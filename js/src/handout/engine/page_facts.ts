// What Python says of an Explorer that lives on a page: of its network, and of what is stored beside it.
import type { Facts } from "../../engine/facts";

export interface PageFacts extends Facts {
  /** the map over the picture that was there when the page was made, of a method that needs a kernel */
  readonly overlay: { readonly method: string; readonly target: number | null } | null;
  /** layers whose patterns are stored for the grid */
  readonly patterned: readonly string[];
}
