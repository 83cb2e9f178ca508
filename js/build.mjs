// Bundles every widget module into deepvis_widgets/static, or into the folder named as argument.
// The output depends on the sources and the lock file only.
import { build } from "esbuild";
import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = process.argv[2] ? resolve(process.argv[2]) : here("../deepvis_widgets/static");
const views = ["stage", "unit_grid", "map_view", "gallery", "file_button", "tray", "camera"];
const entryPoints = Object.fromEntries(views.map((name) => [name, `src/views/${name}.ts`]));
entryPoints.explorer = "src/explorer/explorer.tsx";
entryPoints.scheme = "src/views/color_scheme.ts";
entryPoints.handout = "src/handout/handout.tsx";

await build({
  absWorkingDir: here("."),
  entryPoints,
  outdir: out,
  bundle: true,
  format: "esm",
  jsx: "automatic",
  jsxImportSource: "preact",
  target: "es2022",
  charset: "utf8",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  logLevel: "warning",
});
const others = (await readdir(here("src/style"))).filter((name) => name.endsWith(".css") && name !== "base.css").sort();
const sheets = await Promise.all(["base.css", ...others].map((name) => readFile(here(`src/style/${name}`), "utf8")));
await writeFile(join(out, "style.css"), sheets.join(""));
await copyFile(here("src/handout/handout.css"), join(out, "handout.css"));
