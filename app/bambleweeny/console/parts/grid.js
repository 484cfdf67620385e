// A table of any length: only the rows in view are elements. One row is in the tab order; arrow keys move it, and lead from the page's filter to the first row.
import { text } from "../en/shell.js";
import { useFirstRow } from "./grid_first.js";
import { usePlace } from "./grid_place.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "./ui.js";

const BEYOND = 8;
const SIDES = { ArrowRight: true, ArrowLeft: false };
const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

// `columns` are `{ key, title, render(row), isNumber, isMinor }`; the first column holds a link or button that opens a row. A further
// column with `href(row)` is a link, which `hint(row)` names for those who do not see the table's head.
// `onMore` is called when the end comes into view. With `onSelect(keys, isSelected)` there are boxes; `selected` is a Set of keys.
// `href(row)` is the address of a row; a row without one is opened here by `onOpen(row)`. `isCurrent(row)` marks the one that is shown beside.
// `isOpen(row)` is true or false for a row that opens and closes, also by the right and left arrow. `canSelect(row)` is false for one without a box.
// When rows come or go above, the rows in view and the focus stay where they are.
export function Grid({ label, columns, rows, keyOf, href, onOpen, isOpen, isCurrent, onMore, selected, onSelect, canSelect, whole = rows.length, rowHeight = 40, empty }) {
  const box = useRef();
  const [view, setView] = useState({ top: 0, height: 600 });
  // NOTE: a ref as well, since a second key may be pressed before the first one is rendered.
  const active = useRef({ index: 0, key: null });
  const [, setActive] = useState(active.current);
  const place = usePlace(box, rows, keyOf, rowHeight);
  useFirstRow(rows.length > 0, () => focusRow(0));
  const wantsFocus = useRef(false);
  const chosen = useRef();
  const latest = useRef({ key: undefined, index: 0 });
  const current = placeOf(active.current, rows, keyOf);
  const shift = movedBy(box.current, rows, keyOf, latest.current) * rowHeight;
  const first = Math.max(0, Math.floor((view.top + shift) / rowHeight) - BEYOND);
  const last = Math.min(rows.length, Math.ceil((view.top + shift + view.height) / rowHeight) + BEYOND);

  useLayoutEffect(() => {
    const measure = () => setView({ top: box.current.scrollTop, height: box.current.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (shift) box.current.scrollTop += shift;
    const { scrollTop, clientHeight } = box.current;
    latest.current = anchorOf(rows, keyOf, scrollTop, rowHeight);
    if (shift) setView({ top: scrollTop, height: clientHeight });
  }, [rows]);
  useEffect(() => {
    if (onMore && last >= rows.length) onMore();
  }, [last, rows.length, onMore]);
  // NOTE: after each rendering, and at once, so that the focus is there before the next key.
  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    box.current.querySelector('[data-active="true"] .opens')?.focus();
  });

  const onScroll = ({ target: { scrollTop, clientHeight } }) => {
    latest.current = anchorOf(rows, keyOf, scrollTop, rowHeight);
    place.note(scrollTop);
    setView({ top: scrollTop, height: clientHeight });
  };
  const activate = (index) => setActive((active.current = { index, key: rows[index] ? keyOf(rows[index]) : null }));
  const move = (event) => {
    const step = STEPS[event.key];
    const now = placeOf(active.current, rows, keyOf);
    const row = rows[now];
    if (row && isOpen?.(row) === !SIDES[event.key] && SIDES[event.key] !== undefined) {
      event.preventDefault();
      onOpen(row);
      return;
    }
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || event.target.type === "text" || !rows.length) return;
    event.preventDefault();
    focusRow(Math.min(Math.max(now + step, 0), rows.length - 1));
  };
  const focusRow = (next) => {
    activate(next);
    wantsFocus.current = true;
    const [top, bottom] = [next * rowHeight, (next + 1) * rowHeight];
    if (top < box.current.scrollTop) box.current.scrollTop = top;
    else if (bottom > box.current.scrollTop + box.current.clientHeight - rowHeight) box.current.scrollTop = bottom - box.current.clientHeight + rowHeight;
  };
  const select = (event, row) => {
    if (!onSelect || canSelect?.(row) === false || event.key.toLowerCase() !== "x" || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    choose(rows.indexOf(row), !selected.has(keyOf(row)), event.shiftKey);
  };
  // NOTE: with Shift all from the last row that was chosen so.
  const choose = (index, isSelected, isRange) => {
    const from = isRange ? rows.findIndex((row) => keyOf(row) === chosen.current) : -1;
    const [low, high] = from < 0 ? [index, index] : [Math.min(from, index), Math.max(from, index)];
    onSelect(rows.slice(low, high + 1).filter((row) => canSelect?.(row) !== false).map(keyOf), isSelected);
    chosen.current = keyOf(rows[index]);
  };
  const cell = (row, column, index, isFirst) => {
    const shown = column.render(row);
    const tab = index === current ? 0 : -1;
    const opened = () => activate(index);
    const address = href?.(row);
    if (!isFirst && column.href) return html`<td key=${column.key} class=${classOf(column)}><a class="cell" href=${column.href(row)} aria-label=${column.hint(row)} tabindex=${tab} onFocus=${opened}>${shown}</a></td>`;
    if (!isFirst) return html`<td key=${column.key} class=${classOf(column)}>${shown}</td>`;
    if (address) return html`<th scope="row" key=${column.key}><a class="opens" href=${address} tabindex=${tab} onFocus=${opened} aria-current=${isCurrent?.(row) ? "true" : undefined}>${shown}</a></th>`;
    return html`<th scope="row" key=${column.key}><button type="button" class="opens" tabindex=${tab} aria-expanded=${isOpen?.(row)} onFocus=${opened} aria-current=${isCurrent?.(row) ? "true" : undefined} onClick=${() => onOpen(row)}>${shown}</button></th>`;
  };
  if (!rows.length && empty) return html`<div ref=${box}>${empty}</div>`;
  return html`<div class="grid" ref=${box} onScroll=${onScroll} onKeyDown=${move}>
    <table aria-label=${label} aria-rowcount=${whole + 1}>
      <thead><tr aria-rowindex="1">
        ${onSelect && html`<td class="box"></td>`}
        ${columns.map((column) => html`<th scope="col" key=${column.key} class=${classOf(column)}>${column.title}</th>`)}
      </tr></thead>
      <tbody>
        ${first > 0 && html`<tr key="above" aria-hidden="true" style=${{ height: `${first * rowHeight}px` }}></tr>`}
        ${rows.slice(first, last).map((row, offset) => {
          const index = first + offset;
          return html`<tr key=${keyOf(row)} class="row" aria-rowindex=${index + 2} data-active=${index === current} data-current=${isCurrent?.(row) ?? false}
            style=${{ height: `${rowHeight}px` }} onKeyDown=${(event) => select(event, row)}>
            ${onSelect && html`<td class="box">${canSelect?.(row) !== false && html`<input type="checkbox" tabindex=${index === current ? 0 : -1} aria-label=${text.select(keyOf(row))} checked=${selected.has(keyOf(row))}
              onClick=${(event) => choose(index, event.target.checked, event.shiftKey)} />`}</td>`}
            ${columns.map((column, place) => cell(row, column, index, place === 0))}
          </tr>`;
        })}
        ${last < rows.length && html`<tr key="below" aria-hidden="true" style=${{ height: `${(rows.length - last) * rowHeight}px` }}></tr>`}
      </tbody>
    </table>
  </div>`;
}

// Returns a selection with some keys, or without them.
export function withKeys(selected, keys, isSelected) {
  const next = new Set(selected);
  for (const key of keys) next[isSelected ? "add" : "delete"](key);
  return next;
}

const classOf = ({ isNumber, isMinor }) => [isNumber && "number", isMinor && "minor"].filter(Boolean).join(" ") || undefined;

// The place of the active row, which other rows may have moved.
function placeOf({ index, key }, rows, keyOf) {
  const last = Math.max(rows.length - 1, 0);
  if (key === null || (rows[index] && keyOf(rows[index]) === key)) return Math.min(index, last);
  const found = rows.findIndex((row) => keyOf(row) === key);
  return found < 0 ? Math.min(index, last) : found;
}

const anchorOf = (rows, keyOf, top, rowHeight) => {
  const index = Math.min(Math.floor(top / rowHeight), rows.length - 1);
  return { key: index < 0 ? undefined : keyOf(rows[index]), index };
};

// Returns how many rows have come above the first row in view, less those that have gone; 0 at the top without the focus in the table, where new rows come into view.
function movedBy(box, rows, keyOf, { key, index }) {
  if (!box || key === undefined || (rows[index] && keyOf(rows[index]) === key)) return 0;
  if (box.scrollTop === 0 && !box.contains(document.activeElement)) return 0;
  const found = rows.findIndex((row) => keyOf(row) === key);
  return found < 0 ? 0 : found - index;
}
