// Where the messages of a topic begin: with the newest ones, or at a time or an id; it is in the address.
import { text } from "../../en/topics.js";
import { to } from "../address.js";
import { html, useEffect, useState } from "../ui.js";

const QUERIES = { last50: {}, last1000: { last: "1000" }, all: { since: "all" }, "10m": { since: "10m" }, "1h": { since: "1h" } };
const FIRST = 50;

// Returns `{ since }` or `{ last }` of the parameters of a page.
export function beginOf({ since, last }) {
  if (since) return { since };
  return { last: /^\d{1,3}$|^1000$/.test(last ?? "") ? last : FIRST };
}

export function Beginning({ topic, query }) {
  const known = Object.keys(QUERIES).find((name) => QUERIES[name].since === query.since && QUERIES[name].last === query.last) ?? "other";
  const [chosen, setChosen] = useState(known);
  const [since, setSince] = useState(known === "other" ? query.since ?? "" : "");
  // NOTE: the address may change otherwise, too, as when the user goes back.
  useEffect(() => {
    if (chosen !== "other" || !query.since) setChosen(known);
    else setSince(query.since);
  }, [query.since, query.last]);
  const choose = ({ target: { value } }) => {
    setChosen(value);
    if (value !== "other") location.hash = to("topics", topic, QUERIES[value]);
  };
  const submit = (event) => {
    event.preventDefault();
    location.hash = to("topics", topic, { since: since.trim() });
  };
  return html`<form class="bar begin" onSubmit=${submit}>
    <label class="order">${text.replay} <select name="begin" value=${chosen} onChange=${choose}>
      ${Object.entries(text.begins).map(([value, name]) => html`<option key=${value} value=${value}>${name}</option>`)}</select></label>
    ${chosen === "other" && html`<input name="since" required aria-label=${text.since} placeholder=${text.sinceHint} autocomplete="off" value=${since} onInput=${(event) => setSince(event.target.value)} />
      <button>${text.replay}</button>`}
  </form>`;
}
