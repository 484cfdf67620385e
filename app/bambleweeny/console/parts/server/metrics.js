// Reads the Prometheus text of /metrics (text format 0.0.4). Pure.

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /\b([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

// Returns `{ name, labels, value }` of each sample.
export function samplesOf(text) {
  const found = [];
  for (const line of text.split("\n")) {
    const match = LINE.exec(line);
    if (match) found.push({ name: match[1], labels: labelsOf(match[2] ?? ""), value: Number(match[3]) });
  }
  return found;
}

// Returns, for each path, `{ route, count, bad, p50, p99 }`, the most called first. A quantile is the upper bound in seconds of the
// bucket that holds it, or `{ over }` if that bucket has none.
export function callsOf(samples) {
  const routes = new Map();
  const at = (route) => routes.get(route) ?? routes.set(route, { route, count: 0, bad: 0, buckets: [] }).get(route);
  for (const { name, labels, value } of samples) {
    if (name === "bambleweeny_requests_total") {
      at(labels.route).count += value;
      if (Number(labels.status) >= 400) at(labels.route).bad += value;
    } else if (name === "bambleweeny_request_seconds_bucket") {
      at(labels.route).buckets.push([labels.le === "+Inf" ? Infinity : Number(labels.le), value]);
    }
  }
  return [...routes.values()]
    .map(({ buckets, ...row }) => ({ ...row, p50: quantile(buckets, 0.5), p99: quantile(buckets, 0.99) }))
    .sort((a, b) => b.count - a.count || (a.route < b.route ? -1 : 1));
}

// Returns the sum of all samples with a name.
export const sumOf = (samples, name) => samples.filter((one) => one.name === name).reduce((sum, { value }) => sum + value, 0);

function quantile(buckets, share) {
  const sorted = buckets.sort(([a], [b]) => a - b);
  const whole = sorted.at(-1)?.[1] ?? 0;
  if (!whole) return null;
  const place = sorted.findIndex(([, count]) => count >= share * whole);
  return sorted[place][0] === Infinity ? { over: sorted[place - 1]?.[0] ?? 0 } : sorted[place][0];
}

function labelsOf(text) {
  return Object.fromEntries([...text.matchAll(LABEL)].map(([, name, value]) => [name, value.replace(/\\(.)/g, (_, mark) => (mark === "n" ? "\n" : mark))]));
}

// Returns rows in the order of one of their fields; what has no quantile comes last.
export function sortedCalls(rows, by, isUp) {
  const valueOf = (row) => (row[by] === null ? (isUp ? Infinity : -Infinity) : (row[by].over === undefined ? row[by] : row[by].over + Number.EPSILON));
  const compare = (a, b) => (a < b ? -1 : Number(a > b));
  return rows.toSorted((one, other) => (isUp ? 1 : -1) * compare(valueOf(one), valueOf(other)));
}
