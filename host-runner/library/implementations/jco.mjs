// Drives jco: what `jco run` and `jco serve` do, in two steps, so that a component is
// transpiled once and not at every start.
//
//   node jco.mjs version      JCO
//   node jco.mjs prepare      JCO COMPONENT FOLDER
//   node jco.mjs run          FOLDER CASE FAMILY
//   node jco.mjs denied       FOLDER CASE FAMILY
//   node jco.mjs serve        FOLDER PORT
//   node jco.mjs serve-denied FOLDER PORT

import { spawnSync } from "node:child_process";
import { mkdirSync, realpathSync, readFileSync, existsSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";

const SHIM = "@bytecodealliance/preview2-shim";

/** What runs this: its name with its version, and the arguments before those of a script. */
const [ENGINE, BEFORE] = globalThis.Deno
  ? [`deno ${Deno.version.deno}`, ["run", "-A"]]
  : process.versions.bun
    ? [`bun ${process.versions.bun}`, []]
    : [`node ${process.versions.node}`, []];

/** The script of jco; a plain name is looked up where programs are. */
function script(jco) {
  if (jco.includes(sep)) return realpathSync(jco);
  const folder = process.env.PATH.split(delimiter).find((it) => existsSync(join(it, jco)));
  if (!folder) throw new Error(`${jco} is not installed`);
  return realpathSync(join(folder, jco));
}

/** The folder of the shim that this jco uses; there can be other copies. */
function shim(jco) {
  let folder = dirname(createRequire(script(jco)).resolve(SHIM));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

function packageVersion(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;
}

function version(jco) {
  const said = spawnSync(process.execPath, [...BEFORE, script(jco), "--version"], { encoding: "utf8" });
  if (said.status !== 0) throw new Error(`jco --version: ${said.stderr}`);
  console.log(`jco ${said.stdout.trim()} (preview2-shim ${packageVersion(shim(jco))}, ${ENGINE})`);
}

function prepare(jco, component, folder) {
  const words = ["transpile", component, "--name", "guest", "--no-typescript", "--quiet", "-o", folder];
  const said = spawnSync(process.execPath, [...BEFORE, script(jco), ...words], { stdio: "inherit" });
  if (said.status !== 0) process.exit(1);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  const modules = join(folder, "node_modules", dirname(SHIM));
  mkdirSync(modules, { recursive: true });
  symlinkSync(shim(jco), join(folder, "node_modules", SHIM), "dir");
}

/** Loads a module of the shim, or the guest: the copy of the shim is the one that it gets. */
function loader(folder) {
  // Components of Python have constants that Node 20 takes only if it is told to.
  if (ENGINE.startsWith("node") && parseInt(process.versions.node) < 22) setFlagsFromString("--experimental-wasm-extended-const");
  const from = createRequire(join(folder, "guest.js"));
  return {
    shim: (name) => import(pathToFileURL(from.resolve(`${SHIM}/${name}`))),
    guest: () => import(pathToFileURL(join(folder, "guest.js"))),
  };
}

async function run(folder, words, allowed) {
  const load = loader(folder);
  const { _setArgs } = await load.shim("cli");
  _setArgs(["guest", ...words]);
  if (!allowed) (await load.shim("sockets"))._denyTcp();
  const guest = await load.guest();
  try {
    await guest.run.run();
    // The output has to leave first.
    await new Promise((resolve) => setTimeout(resolve));
    process.exit(0);
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}

/** Serves until it is ended. The server is the one of the shim, as for `jco serve`. */
async function serve(folder, port, allowed) {
  const load = loader(folder);
  if (!allowed) (await load.shim("sockets"))._denyTcp();
  const { HTTPServer } = await load.shim("http");
  const guest = await load.guest();
  new HTTPServer(guest.incomingHandler).listen(Number(port), "127.0.0.1");
}

const VERBS = {
  version,
  prepare,
  run: (folder, ...words) => run(folder, words, true),
  denied: (folder, ...words) => run(folder, words, false),
  serve: (folder, port) => serve(folder, port, true),
  "serve-denied": (folder, port) => serve(folder, port, false),
};

const [verb, ...rest] = process.argv.slice(2);
try {
  if (!(verb in VERBS)) throw new Error(`there is no ${verb}`);
  await VERBS[verb](...rest);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
