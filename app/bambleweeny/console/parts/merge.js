// Differences of texts by lines, and the merge of two edits of one text. Pure.

// Returns the rows that make `b` of `a`: `{ kind, text }` with the kind "same", "removed" or "added", and a line without its end. Texts
// with too many lines or differences have one block of removed and one of added lines between what is the same at both ends.
export const differences = (a, b) => chunksOf(linesOf(a), linesOf(b)).flatMap(({ kind, lines }) => lines.map((text) => ({ kind, text: text.replace(/\r?\n$/, "") })));

// Returns the text with the changes that `mine` and `theirs` make to `base`. Where both change the same lines, or lines that touch, in different
// ways, it has what `choose({ base, mine, theirs })` returns of these lines.
export function merged(base, mine, theirs, choose) {
  const texts = ({ base: before, mine: ours, theirs: others }) => ({ base: before.join(""), mine: ours.join(""), theirs: others.join("") });
  return mergedItems(...[base, mine, theirs].map(linesOf), (changed) => [choose(texts(changed))]).join("");
}

// The same for lists of texts; `choose({ base, mine, theirs, start })` gets and returns lists.
export function mergedItems(base, mine, theirs, choose) {
  const [ours, others] = [changesOf(base, mine), changesOf(base, theirs)];
  let out = [];
  let at = 0;
  while (ours.length || others.length) {
    const { start, end, sides } = touching(ours, others);
    const [my, their] = sides.map((changes) => changed(base, start, end, changes));
    const before = base.slice(start, end);
    const isMine = !sides[1].length || isEqual(my, their);
    // NOTE: a call takes no more than some 100,000 arguments.
    out = out.concat(base.slice(at, start), isMine ? my : sides[0].length ? choose({ base: before, mine: my, theirs: their, start }) : their);
    at = end;
  }
  return out.concat(base.slice(at));
}

// Takes the first change of both lists, with all that touch it.
function touching(ours, others) {
  const start = Math.min(...[ours, others].filter(({ length }) => length).map(([first]) => first.start));
  let end = start;
  const sides = [[], []];
  const take = (changes, side) => {
    if (!changes.length || changes[0].start > end) return false;
    const change = changes.shift();
    end = Math.max(end, change.end);
    return side.push(change);
  };
  while (take(ours, sides[0]) || take(others, sides[1]));
  return { start, end, sides };
}

// Returns the items from `start` to `end` after some changes.
function changed(base, start, end, changes) {
  let out = [];
  let at = start;
  for (const change of changes) {
    out = out.concat(base.slice(at, change.start), change.lines);
    at = change.end;
  }
  return out.concat(base.slice(at, end));
}

const MOST_LINES = 20_000;
const MOST_EDITS = 1000;

// The lines with their ends, so that they join to the text.
const linesOf = (text) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

const isEqual = (some, others) => some.length === others.length && some.every((one, at) => one === others[at]);

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
