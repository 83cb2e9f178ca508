// Bundles every widget module into deepvis_widgets/static, or into the folder named as argument.
// The output depends on the sources and the lock file only.
import { build } from "esbuild";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = process.argv[2] ? resolve(process.argv[2]) : here("../deepvis_widgets/static");
const widgets = ["stage", "unit_grid", "map_view", "gallery", "layer_bar", "keyboard", "camera", "scheme"];

await build({
  absWorkingDir: here("."),
  entryPoints: widgets.map((name) => `src/${name}.ts`),
  outdir: out,
  bundle: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  logLevel: "warning",
});
const others = (await readdir(here("src"))).filter((name) => name.endsWith(".css") && name !== "style.css").sort();
const sheets = await Promise.all(["style.css", ...others].map((name) => readFile(here(`src/${name}`), "utf8")));
await writeFile(join(out, "style.css"), sheets.join(""));
