// What a bin without requests shows: a request that it accepts.
import { text } from "../../en/inbox.js";
import { to } from "../address.js";
import { exchange } from "../api.js";
import { publicPath, urlOf } from "../public/urls.js";
import { request } from "../request.js";
import { Empty, Lines } from "../snippet_box.js";
import { html } from "../ui.js";
import { signedCurl } from "./signed.js";

const BODY = '{"event":"hello"}';

// `onRefused` reads again what the bin has refused.
export function Nothing({ at, bin, document, state, onRefused }) {
  if (state && state !== "ready") return html`<p>${text.nothingIn(text.states[state].toLowerCase())}</p>`;
  if (bin.isGone) return html`<p>${text.nothing}</p>`;
  const method = [document.methods ?? "POST"].flat()[0].replace("*", "POST");
  if (document.verify && document.verify.else !== "keep") return html`<${Signed} command=${signedCurl(document.verify, method, urlOf(bin), BODY)} />`;
  const first = request(method, [], { path: publicPath("bins", bin), body: method === "GET" ? undefined : BODY, type: "application/json", isPublic: true });
  const run = async () => {
    const { status } = await exchange(first);
    if (status < 400) return;
    await onRefused();
    location.hash = to("inbox", at, { show: "refused" });
  };
  return html`<${Empty} sentence=${text.nothingYet} request=${first} onRun=${run} />`;
}

function Signed({ command }) {
  return html`<div class="empty"><p>${text.nothingSigned}</p>
    ${command ? html`<${Lines} sentence=${text.askSecret} lines="read -rs SECRET" /><${Lines} sentence=${text.thenSigned} lines=${command} />` : html`<p>${text.signedTest}</p>`}</div>`;
}
