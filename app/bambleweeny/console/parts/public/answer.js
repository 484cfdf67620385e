// An answer of a bin or route: status, time, headers and body. A page in it is other people's: it is shown as text, or without any rights.
import { text } from "../../en/public.js";
import { BodyView } from "../body_view.js";
import { number } from "../format.js";
import { harmless } from "../harmless.js";
import { Sentence } from "../sentence.js";
import { html, useEffect, useState } from "../ui.js";
import { PairsTable } from "./pairs.js";

export function Answer({ answer: { status, headers, bytes, ms } }) {
  const type = headers.get("content-type") ?? "";
  const problem = status >= 400 && problemIn(bytes, type);
  return html`<section class="card answer" aria-label=${text.answer}>
    <div class="bar"><span class=${`badge code ${status >= 400 ? "dead" : "good"}`}>${status || text.redirect}</span><span>${text.took(number(Math.max(1, Math.round(ms))))}</span>
      ${problem?.code && html`<code>${problem.code}</code>`}</div>
    ${status === 0 && html`<p>${text.redirectHidden}</p>`}
    ${problem && html`<p><${Sentence} text=${problem.info} /></p>${problem.hint && html`<p class="soft"><${Sentence} text=${problem.hint} /></p>`}`}
    <${BodyView} bytes=${bytes} name="answer" />
    ${/^text\/html|xhtml/.test(type) && bytes.length > 0 && html`<${PageFrame} bytes=${bytes} />`}
    <h3>${text.headers}</h3><${PairsTable} label=${text.headers} pairs=${[...headers]} />
  </section>`;
}

function PageFrame({ bytes }) {
  const [isShown, setShown] = useState(false);
  const [url, setUrl] = useState(null);
  useEffect(() => {
    if (!isShown) return undefined;
    const made = URL.createObjectURL(harmless(bytes));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, isShown]);
  return html`<div class="stack"><button type="button" class="small" aria-expanded=${isShown} onClick=${() => setShown(!isShown)}>${text.asPage}</button>
    ${isShown && url && html`<iframe class="page-frame" sandbox="" title=${text.asPage} src=${url}></iframe>`}</div>`;
}

function problemIn(bytes, type) {
  if (!type.includes("json")) return null;
  try {
    const { info, code, hint } = JSON.parse(new TextDecoder().decode(bytes));
    return typeof info === "string" ? { info, code, hint: typeof hint === "string" ? hint : "" } : null;
  } catch {
    return null;
  }
}
