// Bundle the front end into hashed files: node build.mjs OUTPUT_FOLDER; prints the names of the
// files that a page names. The worker comes first, because the page's module contains its name.
import { basename } from "node:path";
import { build } from "esbuild";

const outdir = process.argv[2];
const options = {
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  // What import() asks for, such as the editor, becomes a file of its own.
  splitting: true,
  // Names must not depend on where the packages are kept.
  preserveSymlinks: true,
  // Every browser that runs Pyodide reads woff2; the older formats are left out.
  loader: { ".woff2": "file", ".woff": "empty", ".ttf": "empty" },
  outdir,
  metafile: true,
  legalComments: "linked",
  logLevel: "error",
};

async function bundle(entry, define = {}) {
  const { metafile } = await build({ ...options, entryPoints: [entry], define });
  const [path, { imports }] = Object.entries(metafile.outputs).find(
    ([, output]) => output.entryPoint === entry,
  );
  const needed = imports.filter(({ kind }) => kind === "import-statement");
  return { name: basename(path), imports: needed.map((file) => basename(file.path)) };
}

const worker = await bundle("src/worker.ts");
const script = await bundle("src/main.ts", { WORKER_FILE: JSON.stringify(worker.name) });
const style = await bundle("src/main.css");
const service = await bundle("src/service.ts");
console.log(
  JSON.stringify({
    script: script.name,
    preloads: script.imports,
    style: style.name,
    service: service.name,
  }),
);
