// The keys as a tree or a flat list; below `#/keys/NAME` one key.
import { text } from "../en/keys.js";
import { KeyPage } from "../parts/keys/key_page.js";
import { KeyList } from "../parts/keys/key_list.js";
import { NoSuch } from "../parts/no_such.js";
import { mayDo } from "../parts/session.js";
import { html } from "../parts/ui.js";
import { isName } from "../parts/values.js";
import { Others, Within, WrongName } from "../parts/within.js";

export default function Keys({ rest, query }) {
  const [name] = rest;
  if (name && !mayDo("keys", "read", name)) return html`<${NoSuch} title=${name}><${Others} noun="keys" /></${NoSuch}>`;
  if (name && !isName(name)) return html`<${WrongName} name=${name} />`;
  if (name) return html`<${KeyPage} key=${name} name=${name} />`;
  return html`<${Within} noun="keys" title=${text.title} prefix=${query.prefix ?? ""}>${(prefix) => html`<${KeyList} prefix=${prefix} />`}</${Within}>`;
}
