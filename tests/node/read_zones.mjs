// Evaluate VTIMEZONE components with ical.js: standard input holds a list of {calendar, readings}, each reading the
// milliseconds since 1970 that the clock would show if it were in UTC; standard output gets the offsets in seconds.
import ICAL from "ical.js";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const wishes = JSON.parse(Buffer.concat(chunks).toString("utf8"));
const answers = wishes.map(({ calendar, readings }) => {
  const root = new ICAL.Component(ICAL.parse(calendar));
  const zone = new ICAL.Timezone(root.getFirstSubcomponent("vtimezone"));
  return readings.map((reading) => {
    const shown = new Date(reading);
    const time = new ICAL.Time(
      {
        year: shown.getUTCFullYear(),
        month: shown.getUTCMonth() + 1,
        day: shown.getUTCDate(),
        hour: shown.getUTCHours(),
        minute: shown.getUTCMinutes(),
        second: shown.getUTCSeconds(),
      },
      zone,
    );
    return time.utcOffset();
  });
});
process.stdout.write(JSON.stringify(answers));
