// What is typed and not saved yet, as questions to ask before it is lost.
const guards = new Set();

// Adds a function that returns a question (as `confirm` takes it) while something would be lost, else null. Returns what removes it.
export function addGuard(questionOf) {
  guards.add(questionOf);
  return () => void guards.delete(questionOf);
}

// Returns the question to ask now, of the newest draft, or null.
export const questionNow = () => [...guards].map((questionOf) => questionOf()).findLast(Boolean) ?? null;

// NOTE: at a question the browser shows a sentence of its own.
addEventListener("beforeunload", (event) => questionNow() && event.preventDefault());
