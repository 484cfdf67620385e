// The public URLs of a key: routes that show its value to anybody.
import { text } from "../../en/key.js";
import { call, readJson } from "../api.js";
import { confirm, say, sayError } from "../dialogs.js";
import { Loaded, useReading } from "../loading.js";
import { idOf, urlOf } from "../public/urls.js";
import { request } from "../request.js";
import { mayDo } from "../session.js";
import { CopyButton } from "../snippet_box.js";
import { html, useState } from "../ui.js";
import { wholeOf } from "./key_data.js";
import { sentTypeOf } from "./shown.js";

export function Public({ entry }) {
  const { name } = entry;
  const [isBusy, setBusy] = useState(false);
  const found = useReading(async (signal) => (await readJson(request("GET", ["routes"]), signal)).routes.filter(({ key }) => key === name), [name]);
  const change = async (sent, sentence) => {
    setBusy(true);
    try {
      await call(sent);
      say(sentence);
      await found.reload();
    } catch (ex) {
      sayError(ex);
    } finally {
      setBusy(false);
    }
  };
  const make = async (hasOne) => {
    const type = sentTypeOf((await wholeOf(entry)) ?? entry);
    const words = hasOne ? { title: text.publicMoreTitle(name), action: text.publicMore } : { title: text.publicTitleOf(name), action: text.publicMake };
    const isSure = await confirm({ ...words, detail: text.publicDetail(name, type), isDanger: false });
    if (isSure) await change(request("POST", ["routes"], { body: { json: { key: name, content_type: type } } }), text.publicMade);
  };
  const end = async (route) => {
    const isSure = await confirm({ title: text.publicEndTitle, detail: text.publicEndDetail(urlOf(route)), action: text.publicEnd });
    if (isSure) await change(request("DELETE", ["routes"], { query: { id: idOf(route) } }), text.publicEnded);
  };
  return html`<section class="stack" aria-label=${text.publicTitle}>
    <h2>${text.publicTitle}</h2>
    <${Loaded} reading=${found}>${(routes) => html`
      <p>${routes.length ? text.publicSome : text.publicNone}</p>
      ${routes.map((route) => html`<${Route} key=${route.path} route=${route} onEnd=${end} />`)}
      ${mayDo("routes", "write") && html`<p><button type="button" aria-disabled=${isBusy} onClick=${() => make(routes.length > 0).catch(sayError)}>${routes.length ? text.publicMore : text.publicMake}</button></p>`}`}
    </${Loaded}>
  </section>`;
}

function Route({ route, onEnd }) {
  const { content_type: type, rules } = route;
  const url = urlOf(route);
  return html`<div class="card">
    <a class="mono" href=${url} target="_blank" rel="noopener noreferrer">${url}</a>
    <span class="soft">${type} ${rules ? text.publicRules(rules) : ""}</span>
    <div class="bar"><${CopyButton} value=${url} />${mayDo("routes", "write") && html`<button type="button" class="small danger" onClick=${() => onEnd(route)}>${text.publicEnd}</button>`}</div>
  </div>`;
}
