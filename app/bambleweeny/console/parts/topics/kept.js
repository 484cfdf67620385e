// The messages that a page keeps of a topic. Pure.
const MOST = 1000;
const MOST_LETTERS = 64 << 20;

// Returns the newest of two lists of messages, each the newest first: 1,000 at most, and as many as have 64 MB of text, but always one.
export function kept(newer, older) {
  const all = [...newer, ...older].slice(0, MOST);
  let letters = 0;
  const end = all.findIndex(({ value }) => (letters += lengthOf(value)) > MOST_LETTERS);
  return end < 0 ? all : all.slice(0, Math.max(end, 1));
}

const lengthOf = (value) => (typeof value === "string" ? value : value.base64).length;
