// What can be done with a request: copied as curl, sent to the bin again, deleted.
import { text } from "../../en/inbox.js";
import { call, exchange } from "../api.js";
import { confirm, say, sayError } from "../dialogs.js";
import { curlOf } from "../public/curl.js";
import { sentHeaders, staysBelow } from "../public/paths.js";
import { publicPath } from "../public/urls.js";
import { request } from "../request.js";
import { mayDo } from "../session.js";
import { CopyButton } from "../snippet_box.js";
import { html, useState } from "../ui.js";

const LOCAL = "http://localhost:3000/hook";

export function Actions({ bin, document, id, item, kept, bytes, onChanged }) {
  const [isCurl, setCurl] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const sent = kept ?? { method: "POST", path: "", query: "", headers: [], bytes };
  const replay = async () => {
    if (!staysBelow(sent.path)) return say(text.leavesBin, { isError: true });
    if (sent.method === "GET" && sent.bytes.length) return say(text.noBodyOfGet, { isError: true });
    setBusy(true);
    try {
      const { status, bytes: answer } = await exchange(replayOf(bin, sent));
      if (status >= 400) say(text.replayFailed(status, infoIn(answer)), { isError: true });
      else say(document.once ? text.replayedOnce(status) : text.replayed(status));
    } catch (ex) {
      sayError(ex);
    } finally {
      setBusy(false);
    }
    return undefined;
  };
  const remove = async () => {
    if (!(await confirm({ title: text.deleteItemTitle, detail: text.deleteItemDetail(document.list), action: text.deleteItem }))) return;
    try {
      await call(request("DELETE", ["lists", document.list, "items", id]));
      say(text.deletedItem);
      onChanged();
    } catch (ex) {
      sayError(ex);
    }
  };
  return html`<div class="bar actions">
      <button type="button" class="small" aria-expanded=${isCurl} onClick=${() => setCurl(!isCurl)}>${text.curl}</button>
      ${!bin.isGone && html`<button type="button" class="small" aria-disabled=${isBusy} onClick=${() => void replay()}>${text.replay}</button>`}
      ${item?.state && mayDo("lists", "write", document.list) && html`<button type="button" class="small danger" onClick=${() => void remove()}>${text.deleteItem}</button>`}
    </div>
    ${isCurl && html`<${Curl} sent=${sent} />`}`;
}

function Curl({ sent }) {
  const [url, setUrl] = useState(LOCAL);
  const command = staysBelow(sent.path) && curlOf(sent, url.trim() || LOCAL);
  return html`<section class="snippet curl" aria-label=${text.curl}>
    <div class="bar"><label class="grow line">${text.curlTo}<input name="curl-to" type="url" value=${url} autocomplete="off" spellcheck=${false} onInput=${(event) => setUrl(event.target.value)} /></label>
      ${command && html`<${CopyButton} label=${text.curlCopy} value=${command} />`}</div>
    ${command ? html`<pre tabindex="0">${command}</pre>` : html`<p class="problem" role="alert">${text.leavesUrl}</p>`}
  </section>`;
}

function replayOf(bin, { method, path, query, headers, bytes }) {
  return request(method, [], {
    path: publicPath("bins", bin) + path + (query && `?${query}`),
    headers: Object.fromEntries(sentHeaders(headers)),
    body: bytes.length ? bytes : undefined,
    isPublic: true,
  });
}

function infoIn(answer) {
  try {
    return JSON.parse(new TextDecoder().decode(answer)).info ?? "";
  } catch {
    return "";
  }
}
