// The pictures of a folder that was chosen in the browser or dropped, delivered one after the other.
export const MOST = 100; // state.py takes as many of a folder on the kernel's disk
const LARGEST = 64 * 2 ** 20;

export interface FolderHost {
  readonly deliver: (name: string, bytes: Uint8Array<ArrayBuffer>, place: number, of: number) => void;
  readonly say: (sentence: string) => void;
}

/** The pictures that lie in the folder itself, by name. */
export function picturesIn(files: Iterable<File>): File[] {
  const own = [...files].filter((file) => file.type.startsWith("image/") && file.webkitRelativePath.split("/").length <= 2);
  return own.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** What was dropped: the files, and those that lie in the folders themselves. */
export async function filesIn(entries: readonly FileSystemEntry[]): Promise<File[]> {
  const own = await Promise.all(entries.map(async (entry) => (entry.isDirectory ? entriesOf(entry as FileSystemDirectoryEntry) : [entry])));
  return Promise.all(own.flat().filter((entry) => entry.isFile).map((entry) => fileOf(entry as FileSystemFileEntry)));
}

/** A browser hands them out some at a time, and none when all were. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const [reader, found] = [folder.createReader(), [] as FileSystemEntry[]];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    found.push(...some);
  }
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> => new Promise((resolve, reject) => entry.file(resolve, reject));

/** Delivers the first pictures of a folder. What cannot be read here is delivered without content: who takes it names all of these at once. */
export async function deliverFolder(files: Iterable<File>, { deliver, say }: FolderHost, signal: AbortSignal): Promise<void> {
  const found = picturesIn(files);
  const taken = found.slice(0, MOST);
  say(found.length === 0 ? "There is no picture in this folder." : found.length > MOST ? `Of ${found.length} pictures the first ${MOST} are taken.` : "");
  for (const [place, file] of taken.entries()) {
    const bytes = await contentOf(file);
    if (signal.aborted) return;
    deliver(file.name, bytes, place, taken.length);
  }
}

async function contentOf(file: File): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(file.size > LARGEST ? new ArrayBuffer(0) : await file.arrayBuffer());
  } catch {
    return new Uint8Array(0);
  }
}
