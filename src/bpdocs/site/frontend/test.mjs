// Run the unit tests of a folder in Node: node test.mjs FOLDER. They import the TypeScript itself.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

const folder = process.argv[2];
const tests = readdirSync(folder).filter((name) => name.endsWith(".test.mjs"));
if (tests.length === 0) throw new Error(`${folder} holds no .test.mjs file`);
const outdir = mkdtempSync(join(tmpdir(), "bpdocs-test-"));
try {
  const entryPoints = tests.map((name) => join(folder, name));
  const outExtension = { ".js": ".mjs" };
  await build({
    entryPoints,
    outdir,
    outExtension,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node22",
    nodePaths: [join(import.meta.dirname, "node_modules")], // what the tests import of packages
  });
  const files = tests.map((name) => join(outdir, name));
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--test", ...files], { encoding: "utf-8" });
  console.log(stdout + stderr);
  process.exitCode = status ?? 1;
} finally {
  rmSync(outdir, { recursive: true });
}
