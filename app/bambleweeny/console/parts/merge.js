// Differences of texts by lines, and the merge of two edits of one text. Pure.

// Returns the rows that make `b` of `a`: `{ kind, text }` with the kind "same", "removed" or "added", and a line without its end. Texts
// with too many lines or differences have one block of removed and one of added lines between what is the same at both ends.
export const differences = (a, b) => chunksOf(linesOf(a), linesOf(b)).flatMap(({ kind, lines }) => lines.map((text) => ({ kind, text: text.replace(/\r?\n$/, "") })));

// Returns the text with the changes that `mine` and `theirs` make to `base`, or null if both change the same lines.
export function merged(base, mine, theirs) {
  if (mine === theirs || base === theirs) return mine;
  if (base === mine) return theirs;
  const lines = linesOf(base);
  const ours = changesOf(lines, linesOf(mine));
  const others = changesOf(lines, linesOf(theirs));
  const out = [];
  let at = 0;
  while (ours.length || others.length) {
    const [one, other] = [ours[0], others[0]];
    const isSame = one && other && isEqual(one, other);
    if (one && other && !isSame && one.start <= other.end && other.start <= one.end) return null;
    const change = !other || (one && one.start <= other.start) ? ours.shift() : others.shift();
    if (isSame) others.shift();
    // NOTE: a call takes no more than some 100,000 arguments.
    out.push(lines.slice(at, change.start).join(""), change.lines.join(""));
    at = change.end;
  }
  return out.join("") + lines.slice(at).join("");
}

const MOST_LINES = 20_000;
const MOST_EDITS = 1000;

// The lines with their ends, so that they join to the text.
const linesOf = (text) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

const isEqual = (one, other) => one.start === other.start && one.end === other.end && one.lines.join("") === other.lines.join("");

// Returns what replaces lines `start` to `end` of `a`, in order.
function changesOf(a, b) {
  const changes = [];
  let at = 0;
  let change;
  for (const { kind, lines } of chunksOf(a, b)) {
    if (kind === "same") change = undefined;
    else if (!change) changes.push((change = { start: at, end: at, lines: [] }));
    if (kind === "removed") change.end += lines.length;
    if (kind === "added") change.lines = change.lines.concat(lines);
    if (kind !== "added") at += lines.length;
  }
  return changes;
}

// Returns `{ kind, lines }` in order, never two of a kind in a row.
function chunksOf(a, b) {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const [left, right] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  const isLong = left.length + right.length > MOST_LINES;
  const steps = (isLong ? undefined : shortestEdit(left, right)) ?? [...left.map((text) => ["removed", text]), ...right.map((text) => ["added", text])];
  const chunks = [];
  for (const [kind, text] of [...a.slice(0, head).map(same), ...steps, ...a.slice(a.length - tail).map(same)]) {
    if (chunks.at(-1)?.kind === kind) chunks.at(-1).lines.push(text);
    else chunks.push({ kind, lines: [text] });
  }
  return chunks;
}

const same = (text) => ["same", text];

// Returns the steps of a shortest edit by the greedy algorithm of Myers (1986), or undefined after MOST_EDITS edits. `trace[d]` has the
// furthest place in `a` on the diagonals -d to d after d edits.
function shortestEdit(a, b) {
  const trace = [];
  for (let d = 0; d <= Math.min(MOST_EDITS, a.length + b.length); d++) {
    const before = trace.at(-1);
    const row = new Int32Array(2 * d + 1);
    for (let k = -d; k <= d; k += 2) {
      let x = d === 0 ? 0 : isDown(before, d, k) ? at(before, d, k + 1) : at(before, d, k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      row[k + d] = x;
      if (x >= a.length && x - k >= b.length) return stepsOf(a, b, [...trace, row]);
    }
    trace.push(row);
  }
  return undefined;
}

// The place that the row before, of d - 1 edits, has on diagonal k.
const at = (before, d, k) => before[k + d - 1];
const isDown = (before, d, k) => k === -d || (k !== d && at(before, d, k - 1) < at(before, d, k + 1));

function stepsOf(a, b, trace) {
  const steps = [];
  let [x, y] = [a.length, b.length];
  for (let d = trace.length - 1; d > 0; d--) {
    const before = trace[d - 1];
    const k = x - y;
    const down = isDown(before, d, k);
    const from = at(before, d, down ? k + 1 : k - 1);
    const start = down ? from : from + 1;
    while (x > start) steps.push(same(a[--x])), y--;
    steps.push(down ? ["added", b[--y]] : ["removed", a[--x]]);
  }
  while (x > 0) steps.push(same(a[--x]));
  return steps.reverse();
}
