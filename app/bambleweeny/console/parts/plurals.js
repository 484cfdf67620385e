// A number with the word that it needs in a language. Pure.
import { number } from "./format.js";

// Returns `counted(count, { one, other })`: "1 item", "1,200 items"; and `form(count, forms)`: the word, or what else `forms` has, alone.
export function plurals(language) {
  const rules = new Intl.PluralRules(language);
  const form = (count, forms) => forms[rules.select(count)] ?? forms.other;
  return { form, counted: (count, forms) => `${number(count)} ${form(count, forms)}` };
}
