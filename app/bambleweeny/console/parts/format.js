// Numbers, sizes and moments as the reader's language writes them. Pure, except for the language.
const whole = new Intl.NumberFormat();
const short = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const moments = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

export const number = (value) => whole.format(value);

// Returns 512 B, 1.5 kB, 3 MB; a kB is 1024 bytes, as in the API.
export function bytes(size) {
  let [value, unit] = [size, 0];
  while (value >= 1024 && unit < 4) [value, unit] = [value / 1024, unit + 1];
  return `${short.format(value)} ${["B", "kB", "MB", "GB", "TB"][unit]}`;
}

// Returns 45 s, 12 min, 3 h 20 min, 5 d of seconds.
export function duration(seconds) {
  const left = Math.max(0, Math.round(seconds));
  if (left < 60) return `${left} s`;
  if (left < 3600) return `${Math.floor(left / 60)} min${left % 60 && left < 600 ? ` ${left % 60} s` : ""}`;
  if (left < 86400) return `${Math.floor(left / 3600)} h${left % 3600 >= 60 ? ` ${Math.floor((left % 3600) / 60)} min` : ""}`;
  return `${Math.floor(left / 86400)} d${left % 86400 >= 3600 ? ` ${Math.floor((left % 86400) / 3600)} h` : ""}`;
}

export const moment = (when) => moments.format(new Date(when));
export const time = (when) => clock.format(new Date(when));

// Returns `2 minutes ago` of what has been; also of what a clock that is a little ahead has dated.
export const since = (when, now) => ago(Math.min(new Date(when), now), now);

// Returns `2 minutes ago` or `in 3 hours`.
export function ago(when, now) {
  const seconds = Math.round((new Date(when) - now) / 1000);
  // NOTE: a unit begins where its half is rounded up, so that 59.6 minutes are an hour.
  const [unit, length] = UNITS.find(([, size], index) => Math.abs(seconds) >= size - (UNITS[index + 1]?.[1] ?? 0) / 2) ?? UNITS.at(-1);
  return relative.format(Math.round(seconds / length), unit);
}
