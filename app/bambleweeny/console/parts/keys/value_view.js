// Shows a value: as JSON, text, hex, an image, or a page in a sandbox. What a user wrote never becomes a part of this page.
import { text } from "../../en/key.js";
import { Boundary } from "../boundary.js";
import { sayError } from "../dialogs.js";
import { bytes as sized } from "../format.js";
import { call } from "../api.js";
import { harmless } from "../harmless.js";
import { CopyButton } from "../snippet_box.js";
import { html, useEffect, useMemo, useState } from "../ui.js";
import { decoded } from "../values.js";
import { MOST, reading } from "./key_data.js";
import { jsonOf, textOfPart, viewsOf } from "./shown.js";
import { CodeView } from "./code_view.js";
import { HexWindows, TextWindows } from "./windows.js";

export function ValueView({ entry, onShowAll }) {
  const views = useMemo(() => viewsOf(entry), [entry.bytes, entry.type]);
  const [chosen, setChosen] = useState(null);
  const view = views.includes(chosen) ? chosen : views[0];
  const isLarge = entry.size > MOST;
  const isPart = !entry.isWhole && !isLarge && view !== "hex";
  return html`<div class="stack" role="group" aria-label=${text.value}>
    ${(views.length > 1 || views.includes("text")) && html`<div class="bar">${views.length > 1 && html`<div class="tabs" role="group" aria-label=${text.views}>${views.map((name) => html`<button type="button" key=${name} class="tab" aria-pressed=${name === view}
      onClick=${() => setChosen(name)}>${text.modes[name]}</button>`)}</div>`}
      <span class="grow"></span>${views.includes("text") && entry.size > 0 && html`<${CopyButton} label=${text.copyValue} value=${() => wholeText(entry)} />`}</div>`}
    ${isLarge && view !== "image" && html`<p class="note">${text.large(sized(entry.size))}</p>`}
    <${Boundary} key=${view}><${Shown} view=${view} entry=${entry} isLarge=${isLarge} /></${Boundary}>
    ${isPart && html`<p class="bar"><span>${text.part(sized(entry.bytes.length), sized(entry.size))} ${view === "json" && text.partJson}</span>
      <button type="button" class="small" onClick=${onShowAll}>${text.showAll}</button></p>`}
  </div>`;
}

// NOTE: the page has only the beginning of a long value.
async function wholeText({ name, bytes, isWhole }) {
  const all = isWhole ? bytes : (await call(reading(name), { isQuiet: true })).bytes;
  return decoded(all) ?? textOfPart(all);
}

function Shown({ view, entry, isLarge }) {
  if (view === "image") return html`<${Image} entry=${entry} />`;
  if (view === "hex") return html`<${HexWindows} entry=${entry} />`;
  if (isLarge) return html`<${TextWindows} entry=${entry} />`;
  if (!entry.size) return html`<p class="soft">${text.empty}</p>`;
  if (view === "html" && entry.isWhole) return html`<${Page} entry=${entry} />`;
  return html`<${Text} entry=${entry} isJson=${view === "json"} />`;
}

function Text({ entry: { bytes, isWhole }, isJson }) {
  const shown = useMemo(() => textOf(bytes, isWhole, isJson), [bytes, isWhole, isJson]);
  return html`${shown.error && html`<p class="problem">${text.badJson(shown.error)}</p>`}<${CodeView} label=${text.value} value=${shown.text} isJson=${isJson} />`;
}

function textOf(bytes, isWhole, isJson) {
  const raw = (isWhole ? decoded(bytes) : null) ?? textOfPart(bytes);
  if (!isJson || !isWhole) return { text: raw };
  const found = jsonOf(bytes);
  return { text: found.text ?? raw, error: found.error };
}

// Returns the URL of a file as long as a component shows it.
function useBlob(make, inputs) {
  const [url, setUrl] = useState(null);
  useEffect(() => {
    const file = make();
    if (!file) return undefined;
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, inputs);
  return url;
}

// NOTE: an image runs no script, not even a drawing in SVG.
function Image({ entry }) {
  const [loaded, setLoaded] = useState(null);
  const [isBroken, setBroken] = useState(false);
  const isThis = loaded?.etag === entry.etag;
  const bytes = entry.isWhole ? entry.bytes : isThis ? loaded.bytes : null;
  const url = useBlob(() => bytes && new Blob([bytes], { type: entry.type }), [bytes, entry.type]);
  useEffect(() => setBroken(false), [entry.etag]);
  const load = async () => setLoaded({ etag: entry.etag, bytes: (await call(reading(entry.name), { isQuiet: true })).bytes });
  if (!entry.isWhole && !isThis) return html`<p><button type="button" onClick=${() => load().catch(sayError)}>${text.loadImage(sized(entry.size))}</button></p>`;
  if (isBroken) return html`<p class="problem">${text.imageBroken}</p>`;
  return url && html`<img class="picture" src=${url} alt=${text.imageOf(entry.name)} onError=${() => setBroken(true)} />`;
}

function Page({ entry }) {
  const url = useBlob(() => harmless(entry.bytes), [entry.bytes]);
  return html`<p class="soft">${text.htmlNote}</p>${url && html`<iframe class="sandbox" sandbox="" src=${url} title=${text.htmlOf(entry.name)}></iframe>`}`;
}

export const sizeOf = (size) => (size < 1024 ? text.bytes(size) : `${sized(size)} (${text.bytes(size)})`);
