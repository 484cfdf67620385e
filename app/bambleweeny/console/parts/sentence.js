// A sentence of the server: what it says of HTTP calls is left out, what it has in backticks is code, and a path of the guide is a link.
import { API_URL } from "./api.js";
import { html } from "./ui.js";
import { withoutCalls } from "./without_calls.js";

const PARTS = /`([^`]+)`|(\/docs\/[a-z-]+(?:#[a-z-]+)?)/g;

export function Sentence({ text: written }) {
  const text = withoutCalls(written);
  const parts = [];
  let end = 0;
  for (const { index, 0: whole, 1: code, 2: page } of text.matchAll(PARTS)) {
    parts.push(text.slice(end, index), page ? html`<a href=${API_URL + page} target="_blank" rel="noopener">${page}</a>` : html`<code>${code}</code>`);
    end = index + whole.length;
  }
  return html`<span>${parts}${text.slice(end)}</span>`;
}
