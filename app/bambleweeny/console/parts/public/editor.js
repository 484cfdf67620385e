// A field for a JSON document, with the numbers of lines; the line of an error is marked.
import { text } from "../../en/public.js";
import { problemOf } from "../json_text.js";
import { Sentence } from "../sentence.js";
import { html, useEffect, useRef } from "../ui.js";
import { linesOf, lineOfByte, pathIn } from "./json_place.js";

// `error` is that of the server, or undefined. `isFixed` forbids typing, as while a save runs.
export function JsonEditor({ label, value, onChange, error, isFixed = false }) {
  const area = useRef();
  const gutter = useRef();
  const place = useRef(null);
  const problem = useRef();
  const wrong = problemOf(value);
  const [line, lastLine = line] = wrong ? [wrong.line] : error ? linesOfError(value, error) : [];
  const lines = value.split("\n").length;
  const go = () => {
    const start = value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    area.current.focus();
    area.current.setSelectionRange(start, start + value.split("\n").slice(line - 1, lastLine).join("\n").length);
    area.current.scrollTop = Math.max(0, (line - 5) * LINE_PX);
  };
  useEffect(() => {
    if (!error || place.current === error) return;
    place.current = error;
    if (line) area.current.scrollTop = Math.max(0, (line - 5) * LINE_PX);
    // NOTE: the buttons of a dialog stay above what lies at its end.
    problem.current?.scrollIntoView({ block: "center" });
  }, [error]);
  const onScroll = () => (gutter.current.scrollTop = area.current.scrollTop);
  return html`<div class="stack">
    <div class="editor">
      <pre class="gutter" ref=${gutter} aria-hidden="true">${numbers(lines, line, lastLine)}</pre>
      <textarea ref=${area} aria-label=${label} aria-invalid=${Boolean(wrong || error)} wrap="off" spellcheck=${false} autocapitalize="none" autocomplete="off" rows=${Math.min(Math.max(lines + 1, 14), 30)}
        value=${value} readonly=${isFixed} onInput=${(event) => onChange(event.target.value)} onScroll=${onScroll}></textarea>
    </div>
    ${(wrong || error) && html`<div ref=${problem} class="problem" role="alert"><p>${wrong ? text.notJson(wrong) : html`<${Sentence} text=${error.info} />`}</p>${!wrong && error.hint && html`<p><${Sentence} text=${error.hint} /></p>`}
      ${line && html`<button type="button" class="small" onClick=${go}>${text.goToLine(line)}</button>`}</div>`}
  </div>`;
}

const LINE_PX = 20;

function linesOfError(value, { info, hint }) {
  const path = pathIn(info);
  return path ? linesOf(value, path) : [lineOfByte(value, hint)];
}

// The numbers of lines; those of what is wrong are marked.
function numbers(count, wrong, last) {
  const all = Array.from({ length: count }, (_, index) => index + 1);
  if (!wrong || wrong > count) return all.join("\n");
  const [before, marked, after] = [all.slice(0, wrong - 1), all.slice(wrong - 1, last), all.slice(last)];
  return html`${before.map((one) => `${one}\n`).join("")}<mark>${marked.join("\n")}</mark>${after.map((one) => `\n${one}`).join("")}`;
}
