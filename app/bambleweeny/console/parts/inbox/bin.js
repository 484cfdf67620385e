// One bin: its URL, what it has received beside the whole request, what it has refused, and a request to try it.
import { text } from "../../en/inbox.js";
import { to } from "../address.js";
import { API_URL, call, readJson } from "../api.js";
import { confirm, say, sayError } from "../dialogs.js";
import { moment, number } from "../format.js";
import { statsOf, STATES } from "../lists/calls.js";
import { useLive } from "../live.js";
import { Loaded, useReading } from "../loading.js";
import { NoSuch } from "../no_such.js";
import { documentOf } from "../public/document.js";
import { useRow } from "../public/row.js";
import { Tester } from "../public/tester.js";
import { idOf, publicPath, UrlBox, urlOf } from "../public/urls.js";
import { word } from "../quoting.js";
import { request } from "../request.js";
import { mayDo } from "../session.js";
import { useShortcut } from "../shortcuts.js";
import { HOME } from "../snippets_shell.js";
import { CopyButton } from "../snippet_box.js";
import { html, useState, useTitle } from "../ui.js";
import { EditBinDialog } from "./form.js";
import { Refused, useRefused } from "./refused.js";
import { ListRequests, TopicRequests } from "./requests.js";

export const nameOf = (bin) => bin.name || idOf(bin);

// Returns the other bins whose requests go to the same list or topic.
export const sharingWith = (bin, rows) => rows.filter((one) => idOf(one) !== idOf(bin) && one.list === bin.list && one.topic === bin.topic);

export function Bin({ id, query }) {
  const bin = useRow("bins", id, async (row, signal, rows) => ({ ...row, sharing: sharingWith(row, rows), document: await readJson(documentOf("bins", idOf(row)), signal) }));
  return html`<a class="up" href=${to("inbox")}>${text.all}</a>
    <${Loaded} reading=${bin}>${(found) => (found ? html`<${Shown} at=${id} bin=${found} document=${found.document} query=${query} onChanged=${bin.reload} />` : html`<${NoSuch} title=${id} sentence=${text.noSuch} />`)}</${Loaded}>`;
}

// `at` is the word for the bin in the address, its id or name.
function Shown({ at, bin, document, query, onChanged }) {
  const id = idOf(bin);
  const [isEdited, setEdited] = useState(false);
  const refused = useRefused(id);
  const show = ["refused", "test"].includes(query.show) ? query.show : "requests";
  const mayWrite = mayDo("bins", "write") && !bin.isGone;
  useShortcut("e", () => setEdited(true), mayWrite);
  const tab = (name, count) => html`<a class="button tab" href=${to("inbox", at, { show: name === "requests" ? undefined : name })} aria-current=${name === show ? "true" : undefined}>${text[name]}${count ? html` <span class="count">${number(count)}</span>` : ""}</a>`;
  return html`<div class="bar"><h1 class="grow">${nameOf(bin)}</h1>
      ${mayWrite && html`<button type="button" onClick=${() => setEdited(true)}>${text.edit} <kbd>e</kbd></button>
      <button type="button" class="danger" onClick=${() => void removeBin(bin)}>${text.remove}</button>`}</div>
    ${bin.isGone && html`<p class="note" role="status">${text.isGone(targetOf(bin))}</p>`}
    ${bin.sharing.length > 0 && html`<p class="note">${text.sharedWith(targetOf(bin))} ${bin.sharing.map((one) => html`<a key=${idOf(one)} href=${to("inbox", idOf(one))}>${nameOf(one)}</a> `)}</p>`}
    <${UrlBox} label=${text.urlLabel} url=${urlOf(bin)} />
    <${About} bin=${bin} document=${document} />
    <nav class="tabs" aria-label=${nameOf(bin)}>${tab("requests")}${tab("refused", refused.value?.length)}${!bin.isGone && tab("test")}</nav>
    ${show === "requests" && html`<${Requests} at=${at} bin=${bin} document=${document} query=${query} onRefused=${refused.reload} />`}
    ${show === "refused" && html`<${Titled} key="refused" title=${nameOf(bin)}><${Refused} id=${id} reading=${refused} /></${Titled}>`}
    ${show === "test" && !bin.isGone && html`<${Titled} key="test" title=${nameOf(bin)}><p>${text.testAbout}</p><${Tester} base=${publicPath("bins", bin)} onAnswer=${() => void refused.reload()} first=${{ method: "POST", headers: "Content-Type: application/json", body: '{"event":"test"}' }} /></${Titled}>`}
    ${isEdited && html`<${EditBinDialog} id=${id} title=${nameOf(bin)} onClose=${() => setEdited(false)} onSaved=${() => (setEdited(false), onChanged())} />`}`;
}

function Titled({ title, children }) {
  useTitle(title);
  return html`<div class="contents">${children}</div>`;
}

function About({ bin, document }) {
  const { list, topic, verify, keep = "body" } = document;
  const settings = settingsOf(document, bin);
  const listen = `bambleweeny listen ${nameOf(bin)} --to http://localhost:3000/hook${HOME.includes(API_URL) ? "" : ` --url ${word(API_URL)}`}`;
  return html`<dl class="facts about">
    <dt>${text.target}</dt><dd>${list ? text.list : text.topic} <a href=${to(list ? "lists" : "topics", list ?? topic)}>${list ?? topic}</a>, ${text.keeps[keep]}</dd>
    ${verify && html`<dt>${text.signed}</dt><dd>${verify.scheme}, ${text.fields.otherwise.toLowerCase()} ${text.otherwises[verify.else ?? "reject"]}</dd>`}
    ${settings.map(([name, value]) => html`<dt key=${`${name}-t`}>${name}</dt><dd key=${name}>${value}</dd>`)}
    ${list && html`<dt>${text.listen}</dt><dd class="bar"><code>${listen}</code><${CopyButton} value=${listen} /></dd>`}
  </dl>`;
}

// Returns what a bin accepts and answers as pairs, as far as its document sets it.
function settingsOf({ methods, paths, once, challenge, max_body: most, rate, rate_bytes: rateBytes, ends, ends_at: endsAt, verify, answer }, bin) {
  const { fields } = text;
  const end = endsAt ?? bin.ends_at;
  return [
    [fields.methods, [methods ?? []].flat().join(", ")],
    [text.paths, paths === undefined ? "" : paths ? text.withPaths : text.withoutPaths],
    [fields.once, once],
    [fields.challenge, challenge?.provider ?? challenge],
    [text.tolerance, verify?.tolerance && text.seconds(number(verify.tolerance))],
    [fields.max_body, most],
    [fields.rate, [rate, rateBytes].filter(Boolean).join(", ")],
    [fields.ends, [ends, end && moment(end)].filter(Boolean).join(", ")],
    [text.answer, answer && html`<code>${JSON.stringify(answer)}</code>`],
  ].filter(([, value]) => value);
}

function Requests(props) {
  return props.document.topic ? html`<${TopicRequests} ...${props} />` : html`<${OfList} ...${props} />`;
}

function OfList({ at, bin, document, query, onRefused }) {
  const { list } = document;
  const stats = useReading((signal) => readJson(statsOf(list), signal), [list]);
  useLive(({ event, name }) => event.startsWith("list.") && name === list, stats.reload);
  const state = STATES.includes(query.state) ? query.state : "ready";
  const tabs = STATES.map((name) => html`<a key=${name} class=${`button tab ${name}`} href=${to("inbox", at, { state: name })} aria-current=${name === state ? "true" : undefined}>${text.states[name]}
    <span class="count">${stats.value ? number(stats.value[name]) : ""}</span></a>`);
  return html`<${ListRequests} key=${state} at=${at} bin=${bin} document=${document} query=${query} state=${state} count=${stats.value?.[state] ?? 0} tabs=${tabs} onRefused=${onRefused} />`;
}

const targetOf = ({ list, topic }) => (list ? `${text.list} ${list}` : `${text.topic} ${topic}`);

// Asks, and deletes a bin.
async function removeBin(bin) {
  const name = nameOf(bin);
  if (!(await confirm({ title: text.removeTitle(name), detail: text.removeDetail(targetOf(bin)), action: text.remove, typed: name }))) return;
  try {
    await call(request("DELETE", ["bins"], { query: { id: idOf(bin) } }));
    say(text.removed(name));
    location.hash = to("inbox");
  } catch (ex) {
    sayError(ex);
  }
}
