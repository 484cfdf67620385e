// Sentences of the server for those who have a button: what they say of HTTP calls is left out. Pure.
const CALL = "`?(?:GET|HEAD|POST|PUT|PATCH|DELETE) \\/[^\\s,;`]*[^\\s,;.:`]`?";
const HAS_CALL = new RegExp(CALL);
// How a sentence names the call that does what it says.
const MEANS = new RegExp(`(?::| with| by) ${CALL}`, "g");

// Returns the text without the calls that it names, and without the clauses that are about nothing else.
export function withoutCalls(text) {
  if (!HAS_CALL.test(text)) return text;
  return text.split(/(?<=[.!?]) +/).map(sentenceWithout).filter(Boolean).join(" ");
}

function sentenceWithout(sentence) {
  if (!HAS_CALL.test(sentence)) return sentence;
  const clauses = sentence.replace(MEANS, "").replace(/[.]$/, "").split("; ").filter((clause) => !HAS_CALL.test(clause));
  const whole = clauses.join("; ");
  return whole && `${whole[0].toUpperCase()}${whole.slice(1)}.`;
}
