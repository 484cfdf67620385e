// The sentences of the pages of topics. Counts are numbers.
import { number } from "../parts/format.js";
import { plurals } from "../parts/plurals.js";

const { counted, form } = plurals("en");
const messages = (count) => counted(count, { one: "message", other: "messages" });

export const text = {
  title: "Topics",
  filter: "Names that begin with",
  name: "Name",
  count: (count) => counted(count, { one: "topic", other: "topics" }),
  none: "There are no topics yet. A topic sends each message to every reader, and keeps the latest for late readers.",
  noneHere: (prefix) => `No topic begins with ${prefix}.`,
  newTopic: "New topic",
  newTopicHint: "A topic begins with its first message.",
  all: "All topics",
  publish: "Publish",
  publishTitle: (name) => `Publish to ${name}`,
  published: "The message is published.",
  message: "Message",
  type: "Content type",
  typeHint: "none, or such as application/json",
  pause: "Pause view",
  resume: "Resume view",
  waiting: (count) => `Paused. ${messages(count)} ${form(count, { one: "waits", other: "wait" })}.`,
  shown: (count) => `${messages(count)} here`,
  most: "The newest 1,000 are kept on this page.",
  matching: (shown, all) => `${number(shown)} of ${messages(all)} here`,
  search: "Messages that contain",
  begins: { last50: "The newest 50", last1000: "The newest 1,000", all: "All that the server keeps", "10m": "The last 10 minutes", "1h": "The last hour", other: "Since …" },
  since: "A duration, a time or a message id",
  sinceHint: "45m, 2026-11-29 or an id",
  replay: "Replay",
  line: "Message",
  size: "Size",
  time: "Published",
  id: "Id",
  empty: "No messages here yet. What is published appears at once.",
  noMatch: "No message here contains this.",
  emptyBody: "empty",
  binary: (hex) => `bytes ${hex}`,
  close: "Close the message",
  deleteTopic: "Delete topic",
  deleteTitle: (name) => `Delete the topic ${name}?`,
  deleteDetail: "All messages that the server keeps of it are deleted. Readers stay connected. This cannot be undone.",
  deleted: (name) => `${name} is deleted.`,
  cancel: "Cancel",
};
