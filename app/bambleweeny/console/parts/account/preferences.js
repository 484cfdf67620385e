// What this browser keeps: theme, language of snippets, single-key shortcuts.
import { text } from "../../en/account.js";
import { text as words } from "../../en/shell.js";
import { prefer, preferences } from "../preferences.js";
import { Shortcuts } from "../shell.js";
import { html, useValue } from "../ui.js";

export function Preferences() {
  const { theme, language, shortcuts } = useValue(preferences);
  return html`<section class="card" aria-labelledby="look-title"><h2 id="look-title">${text.look}</h2>
      <fieldset><legend>${text.theme}</legend>${Object.entries(text.themes).map(([name, shown]) => html`<label key=${name} class="check">
        <input type="radio" name="theme" value=${name} checked=${name === theme} onChange=${() => prefer({ theme: name })} /> ${shown}</label>`)}</fieldset>
      <label>${text.language}<select name="language" value=${language} onChange=${(event) => prefer({ language: event.target.value })}>
        ${Object.entries(words.languages).map(([name, shown]) => html`<option key=${name} value=${name} selected=${name === language}>${shown}</option>`)}</select></label>
    </section>
    <section class="card" aria-labelledby="shortcuts-title"><h2 id="shortcuts-title">${text.shortcuts}</h2>
      <label class="check"><input type="checkbox" name="shortcuts" checked=${shortcuts} onChange=${(event) => prefer({ shortcuts: event.target.checked })} /> ${text.single}</label>
      <${Shortcuts} />
    </section>`;
}
