// One call as curl, CLI, Python and JavaScript, with a button to copy and one to run it.
import { text } from "../en/shell.js";
import { addressed, API_URL } from "./api.js";
import { BusyButton } from "./busy_button.js";
import { sayError } from "./dialogs.js";
import { preferences, prefer } from "./preferences.js";
import { mayCall } from "./session.js";
import { FILE, snippetsOf } from "./snippets.js";
import { html, useState, useValue } from "./ui.js";

const LANGUAGES = ["curl", "cli", "python", "javascript"];

// A button that copies a text, or what a function returns; secrets stay out of the page's title and log.
export function CopyButton({ value, label = text.copy }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await copied(typeof value === "function" ? await value() : value);
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    } catch (ex) {
      sayError(ex);
    }
  };
  return html`<button type="button" class="small" onClick=${copy}>${isCopied ? text.copied : label}</button>`;
}

// NOTE: a page over plain HTTP has no `navigator.clipboard`, unless it comes from its own machine.
async function copied(value) {
  if (navigator.clipboard) return navigator.clipboard.writeText(value);
  let isDone = false;
  const put = (event) => {
    event.preventDefault();
    event.clipboardData.setData("text/plain", value);
    isDone = true;
  };
  addEventListener("copy", put);
  document.execCommand("copy");
  removeEventListener("copy", put);
  if (!isDone) throw new Error(text.notCopied);
  return undefined;
}

// Lines to paste, below a sentence.
export function Lines({ sentence, lines }) {
  return html`<div class="stack"><div class="bar"><span>${sentence}</span><${CopyButton} value=${lines} /></div><pre tabindex="0" class="wrapped">${lines}</pre></div>`;
}

// `request` is the call; `file` is the name of the file that is its body, which another name than a plain one does not replace. With `onRun` there is a button that makes it here.
export function SnippetBox({ request, onRun, runLabel = text.runHere, file = FILE }) {
  const { language } = useValue(preferences);
  const snippet = snippetsOf(addressed(request), API_URL)[language];
  const shown = /^\w[\w.-]*$/.test(file) ? snippet?.replaceAll(FILE, file) : snippet;
  return html`<div class="snippet" role="group" aria-label=${text.snippet}>
    <div class="bar">
      <div class="tabs">${LANGUAGES.map((name) => html`<button type="button" key=${name} aria-pressed=${name === language} class="tab"
        onClick=${() => prefer({ language: name })}>${text.languages[name]}</button>`)}</div>
      ${shown && html`<${CopyButton} value=${shown} />`}
      ${onRun && html`<${BusyButton} kind="small primary" onPress=${onRun}>${runLabel}</${BusyButton}>`}
    </div>
    <pre tabindex="0">${shown ?? text.noSnippet}</pre>
  </div>`;
}

// What an empty page shows: a sentence, and the call that fills it.
export function Empty({ sentence, request, onRun, children, after }) {
  return html`<div class="empty"><p>${sentence}</p>${children}${request && (request.isPublic || mayCall(request)) && html`<${SnippetBox} request=${request} onRun=${onRun} />`}${after}</div>`;
}
