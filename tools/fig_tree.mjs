// The unpacked npm package @withfig/autocomplete -> its names and structure as JSON on stdout, for build_vocabulary.py.
//
//   node tools/fig_tree.mjs path/to/package/build > fig.json
//
// It imports the package's data modules and calls none of their functions (generators, `generateSpec`): what they would
// read from a machine is of no use here. Per program: `paths` maps a subcommand path ("" is the program itself) to whether
// it takes an argument (`args`) and which of its flags take a value (`values`); `flags` are all flag names shown.
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const DEEPEST = 5;
const build = resolve(process.argv[2]);
const list = (value) => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]);
const strings = (value) => list(value).filter((one) => typeof one === "string");
const required = (args) => list(args).some((arg) => !arg.isOptional);

async function load(name) {
  try {
    const module = await import(pathToFileURL(join(build, `${name}.js`)).href);
    return typeof module.default === "object" ? module.default : null;
  } catch {
    return null; // some modules want the app that they were written for
  }
}

function flagsOf(spec, into) {
  const values = [];
  for (const option of list(spec.options)) {
    for (const name of strings(option.name)) {
      into.add(name);
      if (required(option.args)) values.push(name);
    }
  }
  return values;
}

async function walk(spec, path, program) {
  const loaded = typeof spec.loadSpec === "string" ? await load(spec.loadSpec) : null;
  const node = loaded ?? spec;
  program.paths[path.join(" ")] = { args: list(node.args).length > 0, values: flagsOf(node, program.flags) };
  if (path.length >= DEEPEST) return;
  for (const child of list(node.subcommands)) {
    for (const name of strings(child.name)) await walk(child, [...path, name], program);
  }
}

const programs = {};
for (const file of readdirSync(build).filter((name) => name.endsWith(".js")).sort()) {
  const spec = await load(file.slice(0, -3));
  if (spec === null) continue;
  const program = { paths: {}, flags: new Set() };
  await walk(spec, [], program);
  programs[file.slice(0, -3)] = { paths: program.paths, flags: [...program.flags].sort() };
}
process.stdout.write(JSON.stringify(programs));
