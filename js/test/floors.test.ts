/// <reference types="vite/client" />
// The house rules that imports show: a module imports from its own room or from a floor below, and none holds another that holds it.
import ts from "typescript";
import { describe, expect, it } from "vitest";

const FLOORS: Record<string, number> = { arithmetic: 0, page: 1, link: 2, engine: 3, picture: 3, grid: 3, map: 3, views: 4, explorer: 5, handout: 5 };
const WIDEST = 20;
const LONGEST = 400;

/** Text of every module by its path without the ending, such as link/model. */
type Tree = Record<string, string>;

const folderOf = (module: string): string => module.split("/").slice(0, -1).join("/");
/** The first folder on the way to a module: further ones are parts of the same room. */
const roomOf = (module: string): string => folderOf(module).split("/")[0]!;

/** Modules that a module imports, in any spelling; neither libraries nor data. */
function imported(tree: Tree, module: string): string[] {
  const written = ts.preProcessFile(tree[module]!).importedFiles.map(({ fileName }) => fileName);
  const own = written.filter((path) => path.startsWith(".") && !path.endsWith(".json"));
  return own.map((path) => new URL(path, `file:///${module}`).pathname.slice(1));
}

function pointingUp(tree: Tree): string[] {
  const faults: string[] = [];
  for (const module of Object.keys(tree)) {
    const room = roomOf(module);
    if (!Object.hasOwn(FLOORS, room)) faults.push(`${module} is on no floor`);
    for (const other of imported(tree, module)) {
      if (!Object.hasOwn(tree, other)) faults.push(`${module} imports ${other}, which is not there`);
      else if (roomOf(other) !== room && !(FLOORS[roomOf(other)]! < FLOORS[room]!)) faults.push(`${module} imports ${other}`);
    }
  }
  return faults;
}

/** Each circle once, as the way round it. */
function circles(tree: Tree): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (module: string, way: readonly string[]): void => {
    if (way.includes(module)) found.push([...way.slice(way.indexOf(module)), module].join(" → "));
    if (way.includes(module) || done.has(module)) return;
    for (const other of imported(tree, module)) if (Object.hasOwn(tree, other)) visit(other, [...way, module]);
    done.add(module);
  };
  for (const module of Object.keys(tree)) visit(module, []);
  return found;
}

function tooWide(tree: Tree): string[] {
  const sizes = new Map<string, number>();
  for (const module of Object.keys(tree)) sizes.set(folderOf(module), (sizes.get(folderOf(module)) ?? 0) + 1);
  return [...sizes].filter(([, size]) => size > WIDEST).map(([folder, size]) => `${folder} has ${size} modules`);
}

const lineCount = (text: string): number => text.replace(/\n$/, "").split("\n").length;
const tooLong = (tree: Tree): string[] =>
  Object.entries(tree).flatMap(([module, text]) => (lineCount(text) > LONGEST ? [`${module} has ${lineCount(text)} lines`] : []));

describe("the front end", () => {
  const files = import.meta.glob<string>("../src/**/*.{ts,tsx}", { eager: true, query: "?raw", import: "default" });
  const tree: Tree = Object.fromEntries(Object.entries(files).map(([path, text]) => [path.slice("../src/".length).replace(/\.tsx?$/, ""), text]));

  it("is read whole", () => {
    expect(Object.keys(tree)).toEqual(expect.arrayContaining(["arithmetic/box", "link/widget", "views/stage", "explorer/card/card"]));
    expect(imported(tree, "link/widget")).toContain("link/link");
    expect(new Set(Object.keys(tree).map(roomOf))).toEqual(new Set(Object.keys(FLOORS)));
  });
  it("imports nothing from above or beside", () => expect(pointingUp(tree)).toEqual([]));
  it("has no circles", () => expect(circles(tree)).toEqual([]));
  it("has no wide folders", () => expect(tooWide(tree)).toEqual([]));
  it("has no long modules", () => expect(tooLong(tree)).toEqual([]));
});

describe("a made-up tree", () => {
  it("may import from its own folder and from below, and what is no module", () => {
    const text = 'import { build } from "esbuild";\nimport data from "./traits.json";\nimport { a } from "./b";\nimport type { C } from "../page/c";';
    expect(pointingUp({ "link/a": text, "link/b": "", "page/c": "" })).toEqual([]);
  });
  it.each([
    'import { b } from "../views/b";',
    'import type { B } from "../views/b";',
    'import {\n  b,\n  c,\n} from "../views/b";',
    'import "../views/b";',
    "import * as b from '../views/b';",
    'export { b } from "../views/b";',
    'export * from "../views/b";',
    'const b = await import("../views/b");',
    'let b: import("../views/b").B;',
  ])("is caught importing from above: %s", (text) => {
    expect(pointingUp({ "link/a": text, "views/b": "" })).toEqual(["link/a imports views/b"]);
  });
  it("may import from another folder of its room", () => {
    expect(pointingUp({ "map/a": 'import { b } from "./b/c";', "map/b/c": 'import { a } from "../d";', "map/d": "" })).toEqual([]);
  });
  it("is caught importing from beside", () => {
    expect(pointingUp({ "map/a": 'import { b } from "../grid/b";', "grid/b": "" })).toEqual(["map/a imports grid/b"]);
  });
  it("is caught with a module on no floor, or with one that is not there", () => {
    expect(pointingUp({ a: "", "attic/b": "" })).toEqual(["a is on no floor", "attic/b is on no floor"]);
    expect(pointingUp({ "link/a": 'import { b } from "./b";' })).toEqual(["link/a imports link/b, which is not there"]);
  });
  it("does not trip over an import in a comment or a text", () => {
    const text = '// import { b } from "../views/b";\nconst words = \'import { b } from "../views/b"\';';
    expect(pointingUp({ "link/a": text, "views/b": "" })).toEqual([]);
  });
  it("is caught going in a circle", () => {
    const tree = { "link/a": 'import "./b";', "link/b": 'import type { C } from "./c";', "link/c": 'import { b } from "./b";' };
    expect(circles(tree)).toEqual(["link/b → link/c → link/b"]);
    expect(circles({ "link/a": 'import "./a";' })).toEqual(["link/a → link/a"]);
    expect(circles({ ...tree, "link/c": "" })).toEqual([]);
  });
  it("may reach a module in two ways", () => {
    const tree = { "link/a": 'import "./b";\nimport "./c";', "link/b": 'import "./d";', "link/c": 'import "./d";', "link/d": "" };
    expect(circles(tree)).toEqual([]);
  });
  it("is caught with a wide folder", () => {
    const many = (count: number): Tree => Object.fromEntries(Array.from({ length: count }, (_, i) => [`map/m${i}`, ""]));
    expect([tooWide(many(20)), tooWide(many(21))]).toEqual([[], ["map has 21 modules"]]);
  });
  it("is caught with a long module", () => {
    const lines = "1;\n";
    expect([tooLong({ "map/a": lines.repeat(400) }), tooLong({ "map/a": lines.repeat(401) })]).toEqual([[], ["map/a has 401 lines"]]);
  });
});
