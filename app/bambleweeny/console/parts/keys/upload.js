// Files that become keys: dropped on the page, or chosen.
import { text } from "../../en/keys.js";
import { callAsNow } from "../api.js";
import { Modal, say } from "../dialogs.js";
import { bytes } from "../format.js";
import { request } from "../request.js";
import { html, useEffect, useRef, useState } from "../ui.js";
import { isName, nameProblem } from "../values.js";

// Returns the `button` that chooses files, and the `dialog` while some are chosen or dropped.
export function useUpload(prefix) {
  const [files, setFiles] = useState([]);
  const [isOver, setOver] = useState(false);
  const input = useRef();
  useEffect(() => dropping(setOver, setFiles), []);
  const choose = (event) => {
    setFiles([...event.target.files]);
    event.target.value = "";
  };
  return {
    button: html`<button type="button" onClick=${() => input.current.click()}>${text.upload}</button>
      <input ref=${input} type="file" multiple hidden aria-label=${text.upload} onChange=${choose} />`,
    dialog: html`${isOver && html`<p class="drop over" role="status">${text.drop}</p>`}
      ${files.length > 0 && html`<${Upload} prefix=${prefix} files=${files} onClose=${() => setFiles([])} />`}`,
  };
}

// Takes files that are dropped anywhere on the page, so that the browser does not open them.
function dropping(onOver, onFiles) {
  const over = (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    onOver(event.type === "dragover");
  };
  const drop = (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    onOver(false);
    onFiles([...event.dataTransfer.files]);
  };
  const heard = { dragover: over, dragleave: over, drop };
  for (const [name, listener] of Object.entries(heard)) addEventListener(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(heard)) removeEventListener(name, listener);
  };
}

function Upload({ prefix, files, onClose }) {
  const [rows, setRows] = useState(() => files.map((file, id) => ({ id, file, name: nameOf(prefix, file.name), state: "waiting", problem: "" })));
  const [isReplacing, setReplacing] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const change = (id, changes) => setRows((last) => last.map((row) => (row.id === id ? { ...row, ...changes } : row)));
  const open = rows.filter(({ state }) => state !== "done");
  const isClosed = useRef(false);
  useEffect(() => () => (isClosed.current = true), []);
  const send = async () => {
    const call = callAsNow();
    setBusy(true);
    let done = 0;
    for (const row of open) {
      if (isClosed.current) break;
      change(row.id, { state: "sending", problem: "" });
      const outcome = await sent(call, row, isReplacing);
      change(row.id, outcome);
      done += outcome.state === "done" ? 1 : 0;
    }
    setBusy(false);
    say(text.uploaded(done, open.length));
    if (done === open.length) onClose();
  };
  return html`<${Modal} title=${text.uploadTitle(rows.length)} onClose=${onClose} isWide>
    <form onSubmit=${(event) => (event.preventDefault(), void send())}>
      <p>${text.uploadHint}</p>
      <div class="stack uploads">${rows.map((row) => html`<${Row} key=${row.id} row=${row} isBusy=${isBusy} onName=${(name) => change(row.id, { name, state: "waiting", problem: "" })}
        onRemove=${() => setRows(rows.filter(({ id }) => id !== row.id))} />`)}</div>
      <label class="check"><input type="checkbox" checked=${isReplacing} onChange=${(event) => setReplacing(event.target.checked)} />${text.replace}</label>
      <footer><button type="button" onClick=${onClose}>${text.cancel}</button><button class="primary" disabled=${isBusy || !open.length || open.some(({ name }) => !isName(name))}>${text.uploadAction}</button></footer>
    </form>
  </${Modal}>`;
}

function Row({ row: { file, name, state, problem }, isBusy, onName, onRemove }) {
  const wrong = nameProblem(name) ?? problem;
  return html`<div>
    <div class="bar"><input class="grow mono" aria-label=${text.keyOf(file.name)} value=${name} disabled=${isBusy || state === "done"} aria-invalid=${Boolean(wrong)} onInput=${(event) => onName(event.target.value)} />
      <span class="soft">${bytes(file.size)} ${file.type}</span><span role="status" class=${state === "done" ? "good" : "soft"}>${text.states[state]}</span>
      <button type="button" class="quiet" aria-label=${`${text.remove} ${file.name}`} aria-disabled=${isBusy} onClick=${onRemove}>✕</button></div>
    ${wrong && html`<p class="wrong">${wrong}</p>`}
  </div>`;
}

async function sent(call, { file, name }, isReplacing) {
  try {
    await call(request("PUT", ["keys", name], { headers: isReplacing ? {} : { "If-None-Match": "*" }, type: file.type || undefined, body: new Uint8Array(await file.arrayBuffer()) }));
    return { state: "done", problem: "" };
  } catch (ex) {
    return ex.status === 412 ? { state: "exists", problem: "" } : { state: "failed", problem: [ex.info ?? ex.message, ex.hint].filter(Boolean).join(" ") };
  }
}

// Returns the name of a key for a file: other characters than a name has become a hyphen.
const nameOf = (prefix, name) => (prefix + name.replace(/[^A-Za-z0-9_:.-]+/g, "-")).slice(0, 255);
