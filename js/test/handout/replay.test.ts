// Calls of ipycanvas on a canvas of the browser.
import { describe, expect, it } from "vitest";
import { replay } from "../../src/handout/drawing";

/** A canvas that writes down what is called on it. */
function recorder(): { drawing: CanvasRenderingContext2D; calls: string[] } {
  const calls: string[] = [];
  const target: Record<string, unknown> = {};
  const drawing = new Proxy(target, {
    get: (_, name) => target[String(name)] ?? ((...given: unknown[]) => void calls.push(`${String(name)}(${given.join(", ")})`)),
    set: (_, name, value) => ((target[String(name)] = value), calls.push(`${String(name)} = ${String(value)}`), true),
  }) as unknown as CanvasRenderingContext2D;
  return { drawing, calls };
}

describe("a drawing", () => {
  it.each([
    [["=fill_style", ["#f00"]], ["fillStyle = #f00"]],
    [["fill_rect", [1, 2, 3, 4]], ["fillRect(1, 2, 3, 4)"]],
    [["set_line_dash", [[2, 3]]], ["setLineDash(2,3)"]],
    [["scale", [0.5]], ["scale(0.5, 0.5)"]],
    [["stroke_line", [1, 2, 3, 4]], ["beginPath()", "moveTo(1, 2)", "lineTo(3, 4)", "stroke()"]],
    [["fill_polygon", [[[0, 1], [2, 3]]]], ["beginPath()", "lineTo(0, 1)", "lineTo(2, 3)", "closePath()", "fill()"]],
    [["fill_styled_rects", [[1], [2], [3], [4], [[9, 8, 7]], [1]]], ["fillStyle = rgb(9 8 7)", "fillRect(1, 2, 3, 4)"]],
  ] as const)("replays %j", (call, expected) => {
    const { drawing, calls } = recorder();
    replay(drawing, call);
    expect(calls).toEqual(expected);
  });
});
