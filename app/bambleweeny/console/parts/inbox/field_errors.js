// Which field of the form of a bin an error of the server is about. Pure.
import { pathIn } from "../public/json_place.js";

// The fields of a document whose field of the form has another name.
const NAMES = { list: "queue", topic: "queue", secrets: "secret", else: "otherwise", provider: "challenge", status: "answerStatus", text: "answerBody", json: "answerBody" };

// Whether a text names the part of a request by which it is stored once; also an empty one.
export const isOnce = (text) => /^\s*$|^\s*(?:header|query|body) [!-~]{1,256}\s*$/.test(text);

// Returns `{ name, sentence }` of the field, whose label is one of `labels`, or null if the form has no such field.
export function fieldOf(error, labels) {
  if (!error) return null;
  const info = error.info ?? error.message;
  const quoted = /^'(\w+)'/.exec(info)?.[1];
  const steps = (pathIn(info) ?? "").match(/\w+/g) ?? [];
  const known = error.code === "bin_name_taken" ? "name" : [quoted, ...steps.reverse()].map((step) => nameOf(step, steps)).find((name) => name in labels);
  if (!known) return null;
  const sentence = info.replace(/ - at `[^`]*`/, "").replace(/^'\w+'/, `'${labels[known]}'`);
  return { name: known, sentence: [sentence, error.hint].filter(Boolean).join(" ") };
}

function nameOf(step, steps) {
  if (step === "secret" || step === "challenge") return steps.includes("challenge") && step === "secret" ? "challengeSecret" : step;
  return NAMES[step] ?? step;
}
