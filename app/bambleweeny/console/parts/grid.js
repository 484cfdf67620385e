// A table of any length: only the rows in view are elements. One row is in the tab order; arrow keys move it.
import { html, useEffect, useLayoutEffect, useRef, useState } from "./ui.js";

const BEYOND = 8;
const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

// `columns` are `{ key, title, render(row), isNumber, isMinor }`; the first column holds a link or button that opens a row.
// `onMore` is called when the end comes into view. With `onSelect(key, isSelected)` there are boxes; `selected` is a Set of keys.
// `href(row)` is the address of a row, or `onOpen(row)` opens it here; `isCurrent(row)` marks the one that is shown beside.
export function Grid({ label, columns, rows, keyOf, href, onOpen, isCurrent, onMore, selected, onSelect, whole = rows.length, rowHeight = 40, empty }) {
  const box = useRef();
  const [view, setView] = useState({ top: 0, height: 600 });
  const [active, setActive] = useState(0);
  const wantsFocus = useRef(false);
  const current = Math.min(active, Math.max(rows.length - 1, 0));
  const first = Math.max(0, Math.floor(view.top / rowHeight) - BEYOND);
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + BEYOND);

  useLayoutEffect(() => {
    const measure = () => setView({ top: box.current.scrollTop, height: box.current.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (onMore && last >= rows.length) onMore();
  }, [last, rows.length, onMore]);
  useEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    box.current.querySelector('[data-active="true"] .opens')?.focus();
  });

  const move = (event) => {
    const step = STEPS[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || event.target.type === "text") return;
    event.preventDefault();
    const next = Math.min(Math.max(current + step, 0), rows.length - 1);
    setActive(next);
    wantsFocus.current = true;
    const [top, bottom] = [next * rowHeight, (next + 1) * rowHeight];
    if (top < box.current.scrollTop) box.current.scrollTop = top;
    else if (bottom > box.current.scrollTop + box.current.clientHeight - rowHeight) box.current.scrollTop = bottom - box.current.clientHeight + rowHeight;
  };
  const select = (event, row) => {
    if (!onSelect || event.key !== "x" || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    onSelect(keyOf(row), !selected.has(keyOf(row)));
  };
  const cell = (row, column, index, isFirst) => {
    const shown = column.render(row);
    const tab = index === current ? 0 : -1;
    const opened = () => setActive(index);
    if (!isFirst) return html`<td key=${column.key} class=${classOf(column)}>${shown}</td>`;
    if (href) return html`<th scope="row" key=${column.key}><a class="opens" href=${href(row)} tabindex=${tab} onFocus=${opened} aria-current=${isCurrent?.(row) ? "true" : undefined}>${shown}</a></th>`;
    return html`<th scope="row" key=${column.key}><button type="button" class="opens" tabindex=${tab} onFocus=${opened} aria-current=${isCurrent?.(row) ? "true" : undefined} onClick=${() => onOpen(row)}>${shown}</button></th>`;
  };
  if (!rows.length && empty) return html`<div ref=${box}>${empty}</div>`;
  return html`<div class="grid" ref=${box} onScroll=${(event) => setView({ top: event.target.scrollTop, height: event.target.clientHeight })} onKeyDown=${move}>
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
            ${onSelect && html`<td class="box"><input type="checkbox" tabindex=${index === current ? 0 : -1} aria-label=${`Select ${keyOf(row)}`} checked=${selected.has(keyOf(row))}
              onChange=${(event) => onSelect(keyOf(row), event.target.checked)} /></td>`}
            ${columns.map((column, place) => cell(row, column, index, place === 0))}
          </tr>`;
        })}
        ${last < rows.length && html`<tr key="below" aria-hidden="true" style=${{ height: `${(rows.length - last) * rowHeight}px` }}></tr>`}
      </tbody>
    </table>
  </div>`;
}

const classOf = ({ isNumber, isMinor }) => [isNumber && "number", isMinor && "minor"].filter(Boolean).join(" ") || undefined;
