// From keyboard events to commands.
export interface Binding {
  readonly key: string;
  readonly command: string;
  readonly help: string;
  readonly group?: string;
}
export interface Stroke {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

const isLetter = (key: string): boolean => key.length === 1 && key.toLowerCase() !== key.toUpperCase();

/** One spelling of a key: letters lower case with "Shift+" when shifted, signs as typed, named keys with "Shift+" when shifted. */
export function spell(key: string, shifted: boolean): string {
  if (isLetter(key)) return `${shifted ? "Shift+" : ""}${key.toLowerCase()}`;
  return `${shifted && key.length > 1 ? "Shift+" : ""}${key}`;
}

/** Spelling of a binding's key: "T" and "Shift+t" are the same key. */
export function spellBinding(key: string): string {
  const shifted = key.startsWith("Shift+") && key.length > 6;
  const bare = shifted ? key.slice(6) : key;
  return spell(bare, shifted || (isLetter(bare) && bare !== bare.toLowerCase()));
}

/** Command of a stroke, or null; chords with ctrl, alt or meta are never ours. */
export function commandOf(stroke: Stroke, bindings: readonly Binding[]): string | null {
  if (stroke.ctrlKey || stroke.metaKey || stroke.altKey) return null;
  const spelled = spell(stroke.key, stroke.shiftKey);
  return bindings.find(({ key }) => spellBinding(key) === spelled)?.command ?? null;
}

const TYPED = /^(?:(?!range$|checkbox$|radio$|button$|submit$|reset$).)+$/;
const SLIDING = /^(?:Arrow|Page|Home$|End$)/;

/** Whether a control needs this key for itself: text fields and lists every key, sliders those that move, buttons those that press. */
export function needsKey(tag: string, type: string, role: string, key: string): boolean {
  if (tag === "select" || tag === "textarea" || (tag === "input" && TYPED.test(type || "text"))) return true;
  if (type === "range" || role === "slider" || type === "radio" || role === "tab") return SLIDING.test(key);
  return (tag === "button" || tag === "input" || tag === "a") && (key === "Enter" || key === " ");
}

const SIGNS: Record<string, string> = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc", " ": "Space" };

/** Keycaps of a binding, as shown in the help. */
export function caps(key: string): string[] {
  const spelled = spellBinding(key);
  const shifted = spelled.startsWith("Shift+") && spelled.length > 6;
  const bare = shifted ? spelled.slice(6) : spelled;
  return shifted ? ["Shift", SIGNS[bare] ?? (isLetter(bare) ? bare.toUpperCase() : bare)] : [SIGNS[bare] ?? bare];
}

export interface HelpRow {
  readonly help: string;
  readonly keys: string[][];
}

/** Help rows by group, keys of the same command and text on one row, in the order given. */
export function helpTable(bindings: readonly Binding[]): Map<string, HelpRow[]> {
  const groups = new Map<string, HelpRow[]>();
  for (const { key, help, group = "Keys" } of bindings) {
    const rows = groups.get(group) ?? [];
    const row = rows.find((r) => r.help === help);
    if (row) row.keys.push(caps(key));
    else rows.push({ help, keys: [caps(key)] });
    groups.set(group, rows);
  }
  return groups;
}

/** A step through the unit grid: an arrow key, and how often. */
export interface Move {
  readonly key: string;
  readonly times: number;
}

/** The move that a command like "unit-move-left-3" means, or null for any other command. */
export function moveOf(command: string): Move | null {
  const [, direction, times] = /^unit-move-(left|right|up|down)(?:-(\d+))?$/.exec(command) ?? [];
  return direction === undefined ? null : { key: `Arrow${direction[0]!.toUpperCase()}${direction.slice(1)}`, times: Number(times ?? 1) };
}
