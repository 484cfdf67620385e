// A request to a bin or route that the user makes here, and what is answered.
import { text } from "../../en/public.js";
import { exchange } from "../api.js";
import { BodyInput, sentBody, sentText } from "../body_input.js";
import { sayError } from "../dialogs.js";
import { proposedType } from "../keys/json_type.js";
import { request } from "../request.js";
import { SnippetBox } from "../snippet_box.js";
import { html, useEffect, useRef, useState } from "../ui.js";
import { Answer } from "./answer.js";
import { staysBelow } from "./paths.js";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
const WITHOUT_BODY = ["GET", "HEAD"];

// `base` is the path of the bin or route, and `first` what the fields have at first. `typed` is a ref with the fields that the user has changed:
// another tester in place of this one begins with them. `onAnswer(sent, answer)` is called after each one; the children are shown above the answer.
export function Tester({ base, first, typed, onAnswer = () => {}, children }) {
  const own = useRef({});
  const changed = typed ?? own;
  const [fields, setFields] = useState({ method: "GET", path: "", query: "", headers: "", body: "", ...first, ...changed.current });
  const [{ answer, error, isBusy }, setState] = useState({});
  const set = (changes) => {
    Object.assign(changed.current, changes);
    setFields((last) => ({ ...last, ...changes }));
  };
  const field = (name) => ({ name, value: fields[name], autocomplete: "off", spellcheck: false, autocapitalize: "none", onInput: (event) => set({ [name]: event.target.value }) });
  const hasBody = !WITHOUT_BODY.includes(fields.method);
  const sent = requestOf(base, fields, hasBody);
  const answered = useRef();
  useEffect(() => {
    if (answer || error) answered.current.scrollIntoView({ block: "nearest" });
  }, [answer, error]);
  const send = async (event) => {
    event.preventDefault();
    if (!staysBelow(belowOf(fields.path))) return setState({ error: { message: text.leaves } });
    setState({ isBusy: true });
    const at = Date.now();
    try {
      const found = await exchange(sent);
      setState({ answer: found });
      onAnswer({ ...fields, at }, found);
    } catch (ex) {
      if (ex.status === undefined) sayError(ex);
      setState({ error: ex });
      onAnswer({ ...fields, at }, null);
    }
  };
  return html`<div class="stack">
    <form class="tester" onSubmit=${send}>
      <div class="line">
        <label>${text.method}<select name="method" value=${fields.method} onChange=${(event) => set({ method: event.target.value })}>${METHODS.map((one) => html`<option key=${one} value=${one}>${one}</option>`)}</select></label>
        <label class="grow">${text.path}<input ...${field("path")} placeholder="/" /></label>
      </div>
      <label>${text.query}<input ...${field("query")} placeholder="a=1&b=2" /></label>
      <label>${text.headers}<textarea rows="2" placeholder=${text.headersHint} ...${field("headers")}></textarea></label>
      ${hasBody && html`<${BodyInput} label=${text.body} value=${fields.body} isFirst=${false} onChange=${(body) => set({ body })} />${proposedType(sentText(fields.body)) && !/^\s*content-type\s*:/im.test(fields.headers) && html`<p class="soft">${text.sentAsJson}</p>`}`}
      <footer><button class="primary" aria-disabled=${isBusy}>${text.send}</button></footer>
    </form>
    <div role="status">${isBusy && html`<p>${text.sending}</p>`}</div>
    <div ref=${answered} class="stack">${error && html`<div class="problem" role="alert"><p>${error.info ?? error.message}</p></div>`}
      ${(answer || error) && children}
      ${answer && html`<${Answer} answer=${answer} />`}</div>
    <details><summary>${text.elsewhere}</summary><${SnippetBox} request=${sent} /></details>
  </div>`;
}

function requestOf(base, { method, path, query, headers, body }, hasBody) {
  const below = belowOf(path);
  const whole = base + escaped(below === "/" ? "" : below) + (query && `?${escaped(query.replace(/^\?/, ""))}`);
  const content = hasBody ? sentBody(body) : undefined;
  const type = hasBody && proposedType(sentText(body));
  const pairs = headers.split("\n").map(pairOf).filter(Boolean);
  return request(method, [], { path: whole, headers: { ...(type && !pairs.some(([name]) => /^content-type$/i.test(name)) && { "Content-Type": type }), ...Object.fromEntries(pairs) }, body: content?.length ? content : undefined, isPublic: true });
}

const belowOf = (path) => (path && !path.startsWith("/") ? `/${path}` : path);

// Returns the name and the value of a line such as `Accept: text/html`, or undefined.
function pairOf(line) {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(colon, 0)).trim();
  return name && !/\s/.test(name) ? [name, line.slice(colon + 1).trim()] : undefined;
}

// What a URL cannot have is escaped; what is escaped stays.
const escaped = (part) => part.replace(/[^\x21-\x7e]+|["<>`{}\\^|#]/gu, encodeURIComponent);
