// The pictures of a folder that was chosen in the browser, delivered one after the other.
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
