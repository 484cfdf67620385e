// The fields of the form of a bin.
import { text } from "../../en/inbox.js";
import { Sentence } from "../sentence.js";
import { html } from "../ui.js";
import { CHALLENGES, hasSimpleAnswer, NEEDS_SECRET, SCHEMES } from "./fields.js";

const NAME = "[A-Za-z0-9_:.\\-]+";

// `problem` is `{ name, sentence }` of the field that the server, or the form, refuses; else null.
export function Fields({ fields, earlier, isEdited, problem, onChange }) {
  const below = (name) => (problem?.name === name ? html`<span class="wrong" role="alert" id=${`about-${name}`}><${Sentence} text=${problem.sentence} /></span>` : text.helps[name] ? html`<span class="soft" id=${`about-${name}`}>${text.helps[name]}</span>` : "");
  const marks = (name) => ({ "aria-invalid": problem?.name === name ? "true" : undefined, "aria-describedby": problem?.name === name || text.helps[name] ? `about-${name}` : undefined });
  const input = (name, more = {}) => html`<div class="field"><label>${text.fields[name]}<input name=${name} autocomplete="off" autocapitalize="none" spellcheck=${false} placeholder=${text.hints[name]} value=${fields[name]}
    onInput=${(event) => onChange({ [name]: event.target.value })} ...${{ ...marks(name), ...more }} /></label>${below(name)}</div>`;
  const select = (name, values, names = {}, more = {}) => html`<div class="field"><label>${text.fields[name]}<select name=${name} value=${fields[name]} onChange=${(event) => onChange({ [name]: event.target.value })} ...${{ ...marks(name), ...more }}>
    ${values.map((value) => html`<option key=${value} value=${value}>${names[value] ?? value}</option>`)}</select></label>${below(name)}</div>`;
  const keeps = isEdited && earlier.verify?.scheme === fields.scheme;
  return html`<div class="fields">
      ${select("target", ["list", "topic"], text.targets, { autofocus: isEdited })}
      ${input("queue", { required: true, maxlength: 255, pattern: NAME })}
      ${input("name", { maxlength: 64, autofocus: !isEdited, pattern: "[A-Za-z0-9_.\\-]+" })}
      ${select("keep", ["request", "body"], text.keeps)}
    </div>
    <fieldset><legend>${text.verify}</legend><div class="fields">
      ${select("scheme", ["", ...SCHEMES], { "": text.noneChosen, hmac: text.otherHmac })}
      ${fields.scheme && input("secret", { type: "password", autocomplete: "new-password", required: !keeps, placeholder: keeps ? text.secretStays : "" })}
      ${fields.scheme && select("otherwise", ["reject", "keep"], text.otherwises)}
      ${fields.scheme === "hmac" && html`${input("header", { required: true })}${select("algorithm", ["sha256", "sha1", "sha512"], {}, { value: fields.algorithm || "sha256" })}${select("encoding", ["hex", "base64"], {}, { value: fields.encoding || "hex" })}${input("prefix")}`}
    </div></fieldset>
    <fieldset><legend>${text.accepted}</legend><div class="fields">
      ${input("methods")}
      ${select("challenge", ["", ...CHALLENGES], { "": text.noneChosen })}
      ${NEEDS_SECRET.has(fields.challenge) && input("challengeSecret", { type: "password", autocomplete: "new-password", placeholder: earlier.challenge?.provider === fields.challenge ? text.secretStays : "" })}
      ${fields.target === "list" && input("once")}
      ${input("max_body")}${input("rate")}${input("ends")}
    </div></fieldset>
    ${hasSimpleAnswer(earlier)
      ? html`<fieldset><legend>${text.answer}</legend><div class="fields">
          ${input("answerStatus", { inputmode: "numeric", pattern: "[2-5][0-9]{2}", title: text.statusLike })}
          ${select("answerKind", ["text", "json"], text.answerKinds)}
        </div>
        <label>${text.fields.answerBody}<textarea name="answerBody" rows="2" spellcheck=${false} placeholder=${text.hints.answerBody} value=${fields.answerBody} onInput=${(event) => onChange({ answerBody: event.target.value })} ...${marks("answerBody")}></textarea></label>${below("answerBody")}</fieldset>`
      : html`<p class="note">${text.answerInJson}</p>`}`;
}
