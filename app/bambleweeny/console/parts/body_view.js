// A body as what it is: JSON indented, text, image, or hex of any bytes. Nothing in it is run.
import { text } from "../en/body.js";
import { Boundary } from "./boundary.js";
import { imageTypeOf, kindsOf, textOf } from "./body_kinds.js";
import { sayError } from "./dialogs.js";
import { save } from "./files.js";
import { bytes as size } from "./format.js";
import { indented } from "./json_text.js";
import { CopyButton } from "./snippet_box.js";
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "./ui.js";
import { hexRows } from "./values.js";

const LINE_PX = 20;
const WIDTH = 16;
const BEYOND = 10;

// `bytes` or `text` is the body; `whole` is its length if these are only its beginning, and then `onMore` reads more.
// `onWhole` returns all bytes, which are copied and downloaded; the file is `name`.
export function BodyView({ bytes, text: written, whole, onMore, onWhole, name = "body" }) {
  const shown = useMemo(() => bytes ?? new TextEncoder().encode(written ?? ""), [bytes, written]);
  const isCut = whole !== undefined && whole > shown.length;
  const kinds = useMemo(() => kindsOf(shown, isCut), [shown, isCut]);
  const [chosen, setChosen] = useState(null);
  const kind = kinds.includes(chosen) ? chosen : kinds[0];
  const download = async () => {
    try {
      save(isCut && onWhole ? await onWhole() : shown, name);
    } catch (ex) {
      sayError(ex);
    }
  };
  const copied = async () => {
    const all = isCut && onWhole ? await onWhole() : shown;
    return textOf(all) ?? textOf(all, true) ?? "";
  };
  if (!shown.length) return html`<p class="soft">${text.empty}</p>`;
  return html`<section class="body-view" aria-label=${text.label}>
    <div class="bar">
      <div class="tabs">${kinds.map((one) => html`<button type="button" key=${one} class="tab" aria-pressed=${one === kind} onClick=${() => setChosen(one)}>${text.kinds[one]}</button>`)}</div>
      <span class="grow"></span>
      ${kind !== "hex" && kind !== "image" && html`<${CopyButton} label=${text.copy} value=${copied} />`}
      <button type="button" class="small" onClick=${download}>${text.download}</button>
    </div>
    <${Boundary} key=${kind}><${Shown} kind=${kind} bytes=${shown} isCut=${isCut} /></${Boundary}>
    ${isCut && html`<p class="bar"><span>${text.part(size(shown.length), size(whole))}</span>
      ${onMore && html`<button type="button" class="small" onClick=${onMore}>${text.more}</button>`}</p>`}
  </section>`;
}

function Shown({ kind, bytes, isCut }) {
  if (kind === "hex") return html`<${Hex} bytes=${bytes} />`;
  if (kind === "image") return html`<${Picture} bytes=${bytes} type=${imageTypeOf(bytes)} />`;
  return html`<${Text} kind=${kind} bytes=${bytes} isCut=${isCut} />`;
}

function Text({ kind, bytes, isCut }) {
  const written = useMemo(() => (kind === "json" ? indented(textOf(bytes)).text : textOf(bytes, isCut)), [kind, bytes, isCut]);
  return html`<pre tabindex="0">${written}</pre>`;
}

function Picture({ bytes, type }) {
  const [url, setUrl] = useState(null);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes], { type }));
    setUrl(made);
    setFailed(false);
    return () => URL.revokeObjectURL(made);
  }, [bytes, type]);
  if (hasFailed) return html`<p>${text.noImage}</p>`;
  return url && html`<img src=${url} alt=${text.image(size(bytes.length))} onError=${() => setFailed(true)} />`;
}

// Only the lines in view are written, so that megabytes scroll as a page does.
function Hex({ bytes }) {
  const box = useRef();
  const [view, setView] = useState({ top: 0, height: 400 });
  const measure = () => setView({ top: box.current.scrollTop, height: box.current.clientHeight });
  useLayoutEffect(() => {
    const observer = new ResizeObserver(measure);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const count = Math.ceil(bytes.length / WIDTH);
  const first = Math.max(0, Math.floor(view.top / LINE_PX) - BEYOND);
  const last = Math.min(count, Math.ceil((view.top + view.height) / LINE_PX) + BEYOND);
  const lines = hexRows(bytes.subarray(first * WIDTH, last * WIDTH), first * WIDTH).map(({ offset, hex, printable }) => `${offset}  ${hex.padEnd(3 * WIDTH - 1)}  ${printable}`);
  return html`<pre class="hex" ref=${box} tabindex="0" onScroll=${measure}><div style=${{ height: `${count * LINE_PX}px` }}><div style=${{ transform: `translateY(${first * LINE_PX}px)` }}>${lines.join("\n")}</div></div></pre>`;
}
