// Reads calendar objects from a folder given as argument with ical.js and prints what each holds as one JSON object:
// jCal (RFC 7265) by file name, or a text that says why it could not be read.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import ICAL from "ical.js";

const folder = process.argv[2];
const found = {};
for (const file of (await readdir(folder)).sort()) {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await readFile(join(folder, file)));
  try {
    found[file] = ICAL.parse(text);
  } catch (error) {
    found[file] = `${error}`;
  }
}
console.log(JSON.stringify(found));
