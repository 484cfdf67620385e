// The keys as a tree or a flat list; below `#/keys/NAME` one key.
import { KeyPage } from "../parts/keys/key_page.js";
import { KeyList } from "../parts/keys/key_list.js";
import { html } from "../parts/ui.js";

export default function Keys({ rest, query }) {
  const [name] = rest;
  return name ? html`<${KeyPage} key=${name} name=${name} />` : html`<${KeyList} prefix=${query.prefix ?? ""} />`;
}
