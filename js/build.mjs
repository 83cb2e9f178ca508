// Bundles every widget module into deepvis_widgets/static, or into the folder named as argument.
// The output depends on the sources and the lock file only.
import { build } from "esbuild";
import { gzipSync } from "fflate";
import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = process.argv[2] ? resolve(process.argv[2]) : here("../deepvis_widgets/static");
const views = ["stage", "unit_grid", "map_view", "gallery", "file_button", "tray", "camera", "code_button", "download_button"];
const entryPoints = Object.fromEntries(views.map((name) => [name, `src/views/${name}.ts`]));
entryPoints.explorer = "src/explorer/explorer.tsx";
entryPoints.scheme = "src/views/color_scheme.ts";
entryPoints.handout = "src/handout/handout.tsx";
entryPoints.network_in_page = "src/handout/engine/engine.ts";

const shared = {
  absWorkingDir: here("."),
  bundle: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  target: "es2022",
  charset: "utf8",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  logLevel: "warning",
};
await build({ ...shared, entryPoints, outdir: out, format: "esm" });
// The thread that runs a network in a page: a classic script, since browsers open no module from a page that is a file.
await build({
  ...shared,
  entryPoints: { network_worker: "src/engine/worker.ts" },
  outdir: out,
  format: "iife",
  define: { "import.meta.url": "self.location.href" },
});
// Its WebAssembly, packed by a library of one version: what zlib packs depends on Node.js and on the processor.
const runtime = await readFile(here("node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm"));
await writeFile(join(out, "onnxruntime.wasm.gz"), gzipSync(runtime, { level: 9, mtime: 0 }));
await copyFile(here("src/engine/onnxruntime.txt"), join(out, "onnxruntime.txt")); // its licence
const others = (await readdir(here("src/style"))).filter((name) => name.endsWith(".css") && name !== "base.css").sort();
const sheets = await Promise.all(["base.css", ...others].map((name) => readFile(here(`src/style/${name}`), "utf8")));
await writeFile(join(out, "style.css"), sheets.join(""));
await copyFile(here("src/handout/handout.css"), join(out, "handout.css"));
