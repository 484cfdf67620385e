// The URLs of bins and routes.
import { CopyButton } from "../snippet_box.js";
import { html } from "../ui.js";

// The id of a row of `GET /bins` or `/routes`.
export const idOf = ({ path }) => path.split("/").at(-1);
// Its path, that with its name if it has one.
const shownPath = ({ path, named_path: named }) => named ?? path;
// Its whole URL; the paths have the prefix of a proxy in them.
export const urlOf = (row) => location.origin + shownPath(row);
// The path below the API, as calls of this page take it: with the name, if there is one.
export const publicPath = (noun, row) => `/${noun}/${shownPath(row).split("/").slice(row.named_path ? -2 : -1).join("/")}`;

// A URL, large, with a button that copies it.
export const UrlBox = ({ label, url }) =>
  html`<div class="url"><code class="grow" aria-label=${label} tabindex="0">${url}</code><${CopyButton} value=${url} /></div>`;
