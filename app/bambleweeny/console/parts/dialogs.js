// Questions and short messages above the page.
import { text } from "../en/shell.js";
import { addGuard } from "./guards.js";
import { Observable } from "./observable.js";
import { session } from "./session.js";
import { useTyped } from "./typed.js";
import { html, useEffect, useRef, useState, useValue } from "./ui.js";
import { withoutCalls } from "./without_calls.js";

const question = new Observable(null);
const messages = new Observable([]);
const MOST_MESSAGES = 3;
let lastId = 0;
// The open dialogs that show errors, as refs of their elements; the newest is the last.
const places = [];

// Asks before something that cannot be undone; resolves with true or false. `action` is the button's verb; with `typed` the user types that word first.
// The focus is where Enter does no harm: in the field for the word, or on Cancel if `isDanger`. A question that is still open is answered with false.
export function confirm({ title, detail, action, isDanger = true, typed }) {
  question.value?.resolve(false);
  return new Promise((resolve) => {
    question.value = { title, detail, action, isDanger, typed, resolve };
  });
}

// Shows a message for some seconds; screen readers read it. An error stays until it is closed, or another page is shown. While a dialog is
// open, the error is in it, since nothing can be used behind it; the next one replaces it, and it is gone with the dialog.
export function say(sentence, { isError = false } = {}) {
  const id = ++lastId;
  const place = isError ? places.at(-1) : undefined;
  const shown = place ? labelled(sentence, place.current) : sentence;
  const others = messages.value.filter((one) => one.place !== place || (!place && one.sentence !== shown));
  messages.value = [...others.slice(1 - MOST_MESSAGES), { id, sentence: shown, isError, place }];
  if (!isError) setTimeout(() => forget(id), 5000);
}

// Puts the label of a field where an error of the server has its name in the call.
function labelled(sentence, dialog) {
  return sentence.replace(NAME_IN_CALL, (whole, name) => {
    const label = dialog.querySelector(`[name="${name}"]`)?.closest("label");
    const words = [...(label?.childNodes ?? [])].find(({ nodeType, data }) => nodeType === Node.TEXT_NODE && data.trim());
    return words ? `'${words.data.trim()}'` : whole;
  });
}

const NAME_IN_CALL = /\bThe (?:field|parameter) '([a-z_]+)'/g;

// Shows what went wrong in a call; nothing if it was cancelled.
export function sayError(ex) {
  if (ex?.name === "AbortError") return;
  say(withoutCalls([ex.info ?? ex.message, ex.hint].filter(Boolean).join(" ")), { isError: true });
}

// Closes the messages about errors, or those with one sentence.
export function forgetErrors(sentence) {
  messages.value = messages.value.filter((one) => !one.isError || (sentence && one.sentence !== sentence));
}

const forget = (id) => {
  messages.value = messages.value.filter((one) => one.id !== id);
};

// A modal window: focus stays inside, Escape closes it, and then focus goes back to where it was. What is typed is not dropped
// unasked, unless `isDropped`. A question has no errors of its own: those belong to what is below it.
export function Modal({ title, onClose, children, isWide = false, isDropped = false, isQuestion = false }) {
  const element = useRef();
  const isTyped = useTyped(element);
  // NOTE: `autofocus` has no effect, and Chromium complains, while another element has the focus.
  const [before] = useState(() => {
    const focused = document.activeElement;
    focused?.blur();
    return focused;
  });
  useEffect(() => {
    const dialog = element.current;
    dialog.showModal();
    if (!isQuestion) places.push(element);
    const removeGuard = addGuard(() => (!isDropped && isTyped() ? text.closing : null));
    return () => {
      removeGuard();
      if (!isQuestion) places.splice(places.indexOf(element), 1);
      messages.value = messages.value.filter((one) => one.place !== element);
      // NOTE: while it is modal, nothing else can get the focus.
      dialog.close();
      if (before?.isConnected) before.focus();
    };
  }, []);
  const close = async (event) => {
    event.preventDefault();
    if (isDropped || !isTyped() || (await confirm(text.closing))) onClose();
  };
  // NOTE: a second Escape in a row closes a dialog without an event that can be prevented.
  const onKey = (event) => event.key === "Escape" && event.target.closest("dialog") === element.current && void close(event);
  return html`<dialog ref=${element} class=${isWide ? "modal wide" : "modal"} aria-label=${title} onCancel=${close} onKeyDown=${onKey}>
    <header><h2>${title}</h2><button class="quiet" aria-label=${text.close} onClick=${close}>✕</button></header>
    <${Messages} place=${element} />
    ${children}
  </dialog>`;
}

// The place where questions and messages appear; once on a page.
export function Dialogs() {
  const asked = useValue(question);
  return html`<div class="contents">${asked && html`<${Question} key=${asked.title} ...${asked} />`}<${Messages} /></div>`;
}

// The messages of a dialog, or of the page.
function Messages({ place }) {
  const shown = useValue(messages).filter((one) => one.place === place);
  return html`<div class=${place ? "said" : "messages"} role="status" aria-live="polite">
    ${shown.map(({ id, sentence, isError }) => html`<div key=${id} class=${isError ? "message error" : "message"}>
      <span>${sentence}</span><button type="button" class="quiet" aria-label=${text.close} onClick=${() => forget(id)}>✕</button>
    </div>`)}
  </div>`;
}

function Question({ title, detail, action, isDanger, typed, resolve }) {
  const [word, setWord] = useState("");
  const answer = (isYes) => {
    question.value = null;
    resolve(isYes);
  };
  // NOTE: what one user was asked, another one does not answer.
  useEffect(() => {
    const id = session.value?.id;
    return session.subscribe((found) => found?.id !== id && answer(false));
  }, []);
  const submit = (event) => {
    event.preventDefault();
    if (!typed || word === typed) answer(true);
  };
  return html`<${Modal} title=${title} onClose=${() => answer(false)} isDropped isQuestion>
    <form onSubmit=${submit}>
      ${detail && html`<p>${detail}</p>`}
      ${typed && html`<label>${text.confirmTyped(typed)}<input value=${word} onInput=${(event) => setWord(event.target.value)} autocomplete="off" autofocus /></label>`}
      <footer>
        <button type="button" autofocus=${isDanger && !typed} onClick=${() => answer(false)}>${text.cancel}</button>
        <button class=${isDanger ? "danger" : "primary"} disabled=${Boolean(typed) && word !== typed} autofocus=${!isDanger && !typed}>${action}</button>
      </footer>
    </form>
  </${Modal}>`;
}
