// The sentences of the page of keys. Counts are numbers.
import { number } from "../parts/format.js";
import { plurals } from "../parts/plurals.js";

const { counted, form } = plurals("en");
const keys = (count) => counted(count, { one: "key", other: "keys" });
const are = (count) => form(count, { one: "is", other: "are" });
export const text = {
  title: "Keys",
  filter: "Names that begin with",
  view: "How keys are shown",
  tree: "Tree",
  flat: "Flat",
  name: "Name",
  type: "Type",
  size: "Size",
  ttl: "TTL",
  none: "There are no keys yet. A key holds a value: text, JSON or any bytes.",
  noneHere: (prefix) => `No key begins with ${prefix}.`,
  count: keys,
  more: "Load more",
  call: "The call that reads this page",
  add: "New key",
  upload: "Upload files",
  drop: "Drop the files to make keys of them.",
  deletePrefix: (prefix) => (prefix ? `Delete all of ${prefix}` : "Delete all keys"),
  selected: (count) => `${keys(count)} selected`,
  selectShown: "Select all loaded",
  clear: "Clear the selection",
  deleteSelected: "Delete the selected keys",
  deleteTitle: (count) => form(count, { one: "Delete the selected key?", other: `Delete ${number(count)} selected keys?` }),
  deleteDetail: (names, more) => `${names.join(", ")}${more ? ` and ${number(more)} more` : ""}. This cannot be undone.`,
  deletePrefixTitle: (count, prefix) => {
    const all = form(count, { one: "the key", other: `all ${keys(count)}` });
    return prefix ? `Delete ${all} that ${form(count, { one: "begins", other: "begin" })} with ${prefix}?` : `Delete ${all}?`;
  },
  deletePrefixDetail: (count) => `${keys(count)} ${are(count)} deleted, also any that is not loaded here. This cannot be undone.`,
  all: "all keys",
  deleting: (done, whole) => `Deleting: ${number(done)} of ${number(whole)}`,
  deletingAll: "Deleting",
  deleted: (count) => `${keys(count)} ${are(count)} deleted.`,
  stop: "Stop",
  newTitle: "New key",
  value: "Value",
  valueHint: "Text or JSON. Use Upload files for a file.",
  typeHint: "none",
  ttlHint: "none, or 90, 10m, 2h, 7d",
  create: "Create",
  cancel: "Cancel",
  exists: (name) => `The key ${name} exists already. Nothing was changed.`,
  openIt: "Open it",
  notJson: ({ message, line, column }) => `Line ${line}, column ${column}: ${message}`,
  createAsText: "Create as text",
  created: (name) => `${name} is created.`,
  uploadTitle: (count) => `Upload ${counted(count, { one: "file", other: "files" })}`,
  uploadHint: "Each file becomes a key with the type of the file. A name that exists is not overwritten.",
  replace: "Replace keys that exist",
  uploadAction: "Upload",
  keyOf: (file) => `Key for ${file}`,
  states: { waiting: "", sending: "sending", done: "done", exists: "exists already", failed: "failed" },
  remove: "Remove",
  uploaded: (done, whole) => `${number(done)} of ${counted(whole, { one: "file", other: "files" })} ${are(done)} uploaded.`,
};
