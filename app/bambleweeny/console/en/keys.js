// The sentences of the pages of keys.
export const text = {
  title: "Keys",
  filter: "Names that begin with",
  name: "Name",
  type: "Type",
  size: "Size",
  ttl: "TTL",
  none: "There are no keys yet. A key holds a value: text, JSON or any bytes.",
  noneHere: (prefix) => `No key begins with ${prefix}.`,
  count: (count) => (count === "1" ? "1 key" : `${count} keys`),
};
