import { describe, expect, it } from "vitest";
import { caps, commandOf, helpTable, moveOf, needsKey, spellBinding } from "../../src/arithmetic/keys";

const bindings = [
  { key: "t", command: "gamma", help: "gamma" },
  { key: "T", command: "boost", help: "boost" },
  { key: "ArrowLeft", command: "left", help: "left" },
  { key: "j", command: "left", help: "left" },
  { key: "Shift+ArrowLeft", command: "left3", help: "left by 3" },
  { key: "?", command: "help", help: "help", group: "Help" },
];
const stroke = (key: string, held: Partial<Record<"shiftKey" | "ctrlKey" | "metaKey" | "altKey", boolean>> = {}) => ({
  key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...held,
});

describe("commands", () => {
  it("tell shift from no shift", () => {
    expect(commandOf(stroke("t"), bindings)).toBe("gamma");
    expect(commandOf(stroke("T", { shiftKey: true }), bindings)).toBe("boost");
    expect(commandOf(stroke("ArrowLeft"), bindings)).toBe("left");
    expect(commandOf(stroke("ArrowLeft", { shiftKey: true }), bindings)).toBe("left3");
  });
  it("go by shift, not by caps lock", () => expect(commandOf(stroke("T"), bindings)).toBe("gamma"));
  it("take signs as typed", () => expect(commandOf(stroke("?", { shiftKey: true }), bindings)).toBe("help"));
  it("leave chords and unknown keys to others", () => {
    for (const held of ["ctrlKey", "metaKey", "altKey"] as const) expect(commandOf(stroke("t", { [held]: true }), bindings)).toBeNull();
    expect(commandOf(stroke("x"), bindings)).toBeNull();
  });
  it("spell a binding one way", () => expect(["T", "Shift+t", "Shift+T"].map(spellBinding)).toEqual(["Shift+t", "Shift+t", "Shift+t"]));
});

describe("controls with the focus", () => {
  it("keep every key while one types or picks", () => {
    expect([needsKey("input", "", "", "d"), needsKey("input", "number", "", "d"), needsKey("select", "", "", "d"), needsKey("textarea", "", "", "d")]).toEqual([true, true, true, true]);
  });
  it("keep the keys that move a slider, and leave letters", () => {
    expect([needsKey("input", "range", "", "ArrowLeft"), needsKey("input", "range", "", "h"), needsKey("div", "", "slider", "End")]).toEqual([true, false, true]);
  });
  it("keep the keys that press a button", () => {
    expect([needsKey("button", "button", "", " "), needsKey("input", "checkbox", "", "Enter"), needsKey("button", "", "", "h"), needsKey("div", "", "", " ")]).toEqual([true, true, false, false]);
  });
});

describe("help", () => {
  it("shows keycaps", () => expect([caps("Shift+ArrowLeft"), caps("T"), caps(" ")]).toEqual([["Shift", "←"], ["Shift", "T"], ["Space"]]));
  it("puts the keys of a command on one row, by group", () => {
    const table = helpTable(bindings);
    expect([...table.keys()]).toEqual(["Keys", "Help"]);
    expect(table.get("Keys")?.find((row) => row.help === "left")?.keys).toEqual([["←"], ["j"]]);
  });
});

describe("moveOf", () => {
  it("reads one step and several", () => {
    expect(moveOf("unit-move-left")).toEqual({ key: "ArrowLeft", times: 1 });
    expect(moveOf("unit-move-down-3")).toEqual({ key: "ArrowDown", times: 3 });
  });
  it("leaves other commands to the kernel", () => expect(["unit-pictures", "zoom", "unit-move-back"].map(moveOf)).toEqual([null, null, null]));
});
