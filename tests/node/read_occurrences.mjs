// Follows the first event of each calendar object in a folder given as argument with ical.js and prints one JSON
// object: by file name the starts and ends of its occurrences in UTC, 200 at most.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import ICAL from "ical.js";

const folder = process.argv[2];
const found = {};
for (const file of (await readdir(folder)).sort()) {
  const root = new ICAL.Component(ICAL.parse(await readFile(join(folder, file), "utf8")));
  ICAL.TimezoneService.reset();
  for (const zone of root.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  const event = new ICAL.Event(root.getFirstSubcomponent("vevent"));
  const iterator = event.iterator();
  found[file] = [];
  for (let next = iterator.next(); next && found[file].length < 200; next = iterator.next()) {
    const { startDate, endDate } = event.getOccurrenceDetails(next);
    found[file].push([startDate, endDate].map((time) => time.convertToZone(ICAL.Timezone.utcTimezone).toString()));
  }
}
console.log(JSON.stringify(found));
