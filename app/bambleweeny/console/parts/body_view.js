// A body as what it is: JSON indented, text, image, or hex of any bytes. Nothing in it is run.
import { text } from "../en/body.js";
import { hexLine, imageTypeOf, indented, kindsOf, textOf } from "./body_kinds.js";
import { bytes as size } from "./format.js";
import { CopyButton } from "./snippet_box.js";
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "./ui.js";

const LINE_PX = 20;
const BEYOND = 10;

// `bytes` or `text` is the body; `whole` is its length if these are only its beginning, and then `onMore` reads more.
// `name` is that of the file that a download makes.
export function BodyView({ bytes, text: written, contentType, whole, onMore, name = "body" }) {
  const shown = useMemo(() => bytes ?? new TextEncoder().encode(written ?? ""), [bytes, written]);
  const isCut = whole !== undefined && whole > shown.length;
  const kinds = useMemo(() => kindsOf(shown, contentType, isCut), [shown, contentType, isCut]);
  const [chosen, setChosen] = useState(null);
  const kind = kinds.includes(chosen) ? chosen : kinds[0];
  if (!shown.length) return html`<p class="soft">${text.empty}</p>`;
  return html`<section class="body-view" aria-label=${text.label}>
    <div class="bar">
      <div class="tabs">${kinds.map((one) => html`<button type="button" key=${one} class="tab" aria-pressed=${one === kind} onClick=${() => setChosen(one)}>${text.kinds[one]}</button>`)}</div>
      <span class="grow"></span>
      ${kind !== "hex" && kind !== "image" && html`<${CopyButton} label=${text.copy} value=${() => textOf(shown, isCut)} />`}
      <button type="button" class="small" onClick=${() => download(shown, name)}>${text.download}</button>
    </div>
    <${Shown} kind=${kind} bytes=${shown} contentType=${contentType} isCut=${isCut} />
    ${isCut && html`<p class="bar"><span>${text.part(size(shown.length), size(whole))}</span>
      ${onMore && html`<button type="button" class="small" onClick=${onMore}>${text.more}</button>`}</p>`}
  </section>`;
}

function Shown({ kind, bytes, contentType, isCut }) {
  if (kind === "hex") return html`<${Hex} bytes=${bytes} />`;
  if (kind === "image") return html`<${Picture} bytes=${bytes} type=${imageTypeOf(bytes, contentType)} />`;
  return html`<${Text} kind=${kind} bytes=${bytes} isCut=${isCut} />`;
}

function Text({ kind, bytes, isCut }) {
  const written = useMemo(() => (kind === "json" ? indented(textOf(bytes)) : textOf(bytes, isCut)), [kind, bytes, isCut]);
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
  const [view, setView] = useState({ top: 0, height: 400, width: 16 });
  const measure = () => {
    const { scrollTop, clientHeight, clientWidth } = box.current;
    setView({ top: scrollTop, height: clientHeight, width: clientWidth > 620 ? 16 : 8 });
  };
  useLayoutEffect(() => {
    const observer = new ResizeObserver(measure);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const count = Math.ceil(bytes.length / view.width);
  const first = Math.max(0, Math.floor(view.top / LINE_PX) - BEYOND);
  const last = Math.min(count, Math.ceil((view.top + view.height) / LINE_PX) + BEYOND);
  const lines = [];
  for (let line = first; line < last; line++) lines.push(hexLine(bytes, line * view.width, view.width));
  return html`<pre class="hex" ref=${box} tabindex="0" onScroll=${measure}><div style=${{ height: `${count * LINE_PX}px` }}><div style=${{ transform: `translateY(${first * LINE_PX}px)` }}>${lines.join("\n")}</div></div></pre>`;
}

// Hands bytes to the user as a file.
export function download(bytes, name) {
  const url = URL.createObjectURL(new Blob([bytes]));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
