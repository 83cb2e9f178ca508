import { expect, test } from "vitest";
import { deliverFolder, filesIn, MOST, picturesIn } from "../../src/page/folder";

function file(path: string, type = "image/png", content = "x"): File {
  const made = new File([content], path.split("/").at(-1)!, { type });
  Object.defineProperty(made, "webkitRelativePath", { value: path });
  return made;
}

test("a folder's own pictures come by name, no other files and none of the folders in it", () => {
  const files = [file("stripes/b.png"), file("stripes/a.png"), file("stripes/read.txt", "text/plain"), file("stripes/more/c.png")];
  expect(picturesIn(files).map(({ name }) => name)).toEqual(["a.png", "b.png"]);
});

test("each says its place among those that come", async () => {
  const heard: [string, number, number, number][] = [];
  const said: string[] = [];
  const host = { deliver: (name: string, bytes: Uint8Array, place: number, of: number) => void heard.push([name, bytes.length, place, of]), say: (words: string) => void said.push(words) };
  const broken = file("stripes/b.png");
  broken.arrayBuffer = () => Promise.reject(new Error("gone"));
  await deliverFolder([broken, file("stripes/a.png")], host, new AbortController().signal);
  expect(heard).toEqual([["a.png", 1, 0, 2], ["b.png", 0, 1, 2]]);
  await deliverFolder([file("stripes/read.txt", "text/plain")], host, new AbortController().signal);
  expect(said).toEqual(["", "There is no picture in this folder."]);
});

test("of many the first are taken, and it is said", async () => {
  const said: string[] = [];
  let count = 0;
  const files = Array.from({ length: MOST + 3 }, (_, place) => file(`many/${place}.png`));
  await deliverFolder(files, { deliver: () => void (count += 1), say: (words) => void said.push(words) }, new AbortController().signal);
  expect([count, said]).toEqual([MOST, [`Of ${MOST + 3} pictures the first ${MOST} are taken.`]]);
});

const dropped = (name: string): FileSystemEntry => ({ isFile: true, isDirectory: false, file: (tell: (found: File) => void) => tell(new File(["x"], name)) }) as unknown as FileSystemEntry;
function droppedFolder(...batches: FileSystemEntry[][]): FileSystemEntry {
  const readEntries = (tell: (some: FileSystemEntry[]) => void): void => tell(batches.shift() ?? []);
  return { isFile: false, isDirectory: true, createReader: () => ({ readEntries }) } as unknown as FileSystemEntry;
}

test("of what was dropped come the files and those of the folders, however many a browser hands out at a time", async () => {
  const folder = droppedFolder([dropped("a.png"), droppedFolder([dropped("inner.png")])], [dropped("b.png")]);
  expect((await filesIn([dropped("alone.png"), folder])).map(({ name }) => name)).toEqual(["alone.png", "a.png", "b.png"]);
});

test("a folder that cannot be read is told", async () => {
  const broken = { isDirectory: true, createReader: () => ({ readEntries: (_: unknown, fail: (reason: Error) => void) => fail(new Error("gone")) }) } as unknown as FileSystemEntry;
  await expect(filesIn([broken])).rejects.toThrow("gone");
});
