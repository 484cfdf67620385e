// The cells of the table of keys.
import { text } from "../../en/keys.js";
import { bytes, duration } from "../format.js";
import { html, useEffect, useLayoutEffect } from "../ui.js";

const PAUSE_MS = 100;

// Returns the columns of a tree's rows.
export const columnsOf = (tree) => [
  { key: "name", title: text.name, render: (row) => html`<${Name} row=${row} tree=${tree} />` },
  { key: "type", title: text.type, isMinor: true, render: ({ type }) => type ?? "" },
  { key: "size", title: text.size, isNumber: true, render: (row) => (row.kind === "group" ? html`<${Count} tree=${tree} prefix=${row.name} />` : row.kind === "key" && bytes(row.size)) },
  { key: "ttl", title: text.ttl, isNumber: true, render: ({ ttl }) => (ttl === null || ttl === undefined ? "" : duration(ttl)) },
];

function Name({ row: { kind, name, depth, below, page, isOpen }, tree }) {
  // NOTE: only rows in view are drawn.
  useLayoutEffect(() => page && tree.freshen(depth ? below : tree.prefix, page));
  useEffect(() => {
    if (kind === "more") void tree.more(name);
  }, [kind, name]);
  const indent = { paddingInlineStart: `${depth * 1.25}rem` };
  if (kind === "more") return html`<span style=${indent}>${text.more}</span>`;
  const label = name.slice(below.length) || name;
  return html`<span style=${indent}>${kind === "group" && html`<span class="fold" aria-hidden="true">${isOpen ? "▾" : "▸"}</span>`}${label}</span>`;
}

// The number of keys in a group; only a group in view is counted.
function Count({ tree, prefix }) {
  const isCounted = tree.isCounted(prefix);
  useEffect(() => {
    if (isCounted) return undefined;
    const timer = setTimeout(() => void tree.count(prefix), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [tree, prefix, isCounted]);
  const count = tree.countOf(prefix);
  return html`<span class="soft">${count === undefined ? "" : text.count(count)}</span>`;
}
