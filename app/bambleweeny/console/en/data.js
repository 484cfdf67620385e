// The sentences of the page of exports and imports. Counts are numbers.
import { number } from "../parts/format.js";
import { plurals } from "../parts/plurals.js";

const { counted, form } = plurals("en");
const ONE = { keys: "key", lists: "list", items: "item", policies: "policy", topics: "topic", messages: "message", routes: "route", bins: "bin" };
const of = (count, noun) => counted(count, { one: ONE[noun] ?? noun, other: noun });

export const text = {
  title: "Export and import",
  exportTitle: "Export",
  exportScope: (user) => `This is the data of ${user} only. The file has the secrets of bins in clear text: keep it as you keep them. A token that may not write bins gets [secret] in their places.`,
  exportAbout: "All keys, lists with their items, topics, routes and bins, as lines of JSON.",
  download: "Download",
  fileName: (user) => `bambleweeny-${user}.ndjson`,
  importTitle: "Import",
  importAbout: "The lines of an export. Nothing changes before you have seen what the import would do.",
  drop: "Drop a file here, or choose one",
  file: (name, size) => `${name}, ${size}`,
  mode: "What exists already",
  modes: {
    merge: "Overwrite keys and policies; add items and messages",
    skip: "Keep existing keys, lists and topics",
    replace: "Delete all data first",
  },
  planTitle: "What the import would do",
  nouns: { keys: "Keys", lists: "Lists", items: "Items", policies: "Policies", topics: "Topics", messages: "Messages", routes: "Routes", bins: "Bins" },
  noun: "Kind",
  new: "New",
  replaced: "Replaced",
  skipped: "Skipped",
  addedTo: (count) => `${number(count)} added to`,
  why: (count, noun, reason) => `${of(count, noun)} ${form(count, { one: "is", other: "are" })} skipped: ${reason}.`,
  skips: {
    add: { keys: "the TTL has passed", items: "the TTL has passed", routes: "an equal one exists", bins: "an equal one exists" },
    skip: {
      keys: "the name exists, or the TTL has passed", lists: "the name exists", items: "the list exists, or the TTL has passed", policies: "the list exists",
      topics: "the name exists", messages: "the topic exists", routes: "an equal one, or one with the name, exists", bins: "an equal one, or one with the name, exists",
    },
  },
  counted: of,
  deleted: (list) => `Deleted first: ${list}.`,
  growth: (size) => `The data grow by ${size}.`,
  shrinking: (size) => `The data shrink by ${size}.`,
  newSize: (size) => `The new data take ${size}.`,
  emptyFile: "This file has no lines to import.",
  line: (number) => `Line ${number}: `,
  run: "Import",
  runReplace: "Delete all data and import",
  replaceTitle: "Delete all data and import?",
  replaceDetail: (name, list) => `This deletes all data of ${name} first: ${list}.`,
  nothing: "nothing",
  done: (keys, items, messages) => `Imported ${of(keys, "keys")}, ${of(items, "items")} and ${of(messages, "messages")}.`,
  another: "Choose another file",
  tooLarge: "The server takes less in one request (--max-body). The command line sends a file of any size in parts:",
  backupTitle: "Backup of the whole server",
  backupAbout: "An export has the data of one user. A backup has those of all users, with their passwords and limits; the command line makes it:",
};
