// A picture from the clipboard or dropped from the desktop.
const LARGEST = 64 * 2 ** 20;

export interface FileHost {
  readonly target: HTMLElement;
  readonly deliver: (name: string, bytes: Uint8Array<ArrayBuffer>) => void;
  readonly refuse: (sentence: string) => void;
  /** Whether all that came together are delivered; else the first alone. */
  readonly several?: boolean;
  /** Takes all that came together where a folder is among it; without this a folder is refused as no picture. */
  readonly folders?: (entries: readonly FileSystemEntry[]) => void;
}

/** Delivers one file, or says why not. */
export async function deliverFile(file: File, { deliver, refuse }: Omit<FileHost, "target">, signal: AbortSignal): Promise<void> {
  if (!file.type.startsWith("image/")) return refuse(`${file.name} is not a picture.`);
  if (file.size > LARGEST) return refuse(`${file.name} is larger than 64 MB.`);
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (!signal.aborted) deliver(file.name, bytes);
  } catch {
    refuse("The picture could not be read.");
  }
}

/** Delivers every picture pasted while the target has focus, or dropped onto it. */
export function acceptFiles({ target, ...host }: FileHost, signal: AbortSignal): void {
  const over = (on: boolean) => (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    target.classList.toggle("dv-dropping", on);
  };
  const take = (transfer: DataTransfer | null): void => {
    const entries = [...(transfer?.items ?? [])].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
    if (host.folders && entries.some((entry) => entry.isDirectory)) return host.folders(entries);
    const files = [...(transfer?.files ?? [])];
    for (const file of host.several ? files : files.slice(0, 1)) void deliverFile(file, host, signal);
  };
  target.addEventListener("dragover", over(true), { signal });
  target.addEventListener("dragleave", over(false), { signal });
  target.addEventListener(
    "drop",
    (event) => {
      over(false)(event);
      take(event.dataTransfer);
    },
    { signal },
  );
  target.addEventListener(
    "paste",
    (event) => {
      if (!event.clipboardData?.files.length) return;
      event.preventDefault();
      event.stopPropagation();
      take(event.clipboardData);
    },
    { signal },
  );
}
