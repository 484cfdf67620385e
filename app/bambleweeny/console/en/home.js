// The sentences of the first page.
export const text = {
  title: "Home",
  acting: (name) => `Home of ${name}`,
  figures: "What is stored",
  nouns: { keys: "Keys", lists: "Lists", topics: "Topics", routes: "Routes", bins: "Bins", bytes: "Bytes" },
  of: (limit) => `of ${limit}`,
  first: "First steps",
  firstNote: "Each card makes one call, here or in your terminal. A card is done when the server has what it makes.",
  done: "Done",
  open: "Open",
  again: "Run it again",
  cards: {
    key: { title: "Keep a value", about: "A key holds text, JSON or any bytes.", after: "The key hello has the value world." },
    queue: { title: "Queue a job", about: "A list keeps items until a worker takes them.", after: "The list jobs has an item that waits for a worker." },
    webhook: { title: "Receive a webhook", about: "A bin is a public URL that keeps each request for you to look at.", after: "Anything that is sent to this URL appears in the inbox:" },
    mock: { title: "Mock an API", about: "A route answers public calls by rules.", after: "This URL answers as your API would:" },
    topic: { title: "Publish a message", about: "A topic gives each message to all readers, at once.", after: "Readers of the topic news got the message." },
  },
  send: "Send a test request",
  sent: (status) => `The server answered ${status}.`,
  events: "What happens now",
  eventsNone: "Changes of your keys, lists, topics, routes and bins appear here as they happen, from any client.",
  eventNames: {
    "key.set": "key set", "key.del": "key deleted", "key.expire": "key expired", "list.push": "item added", "list.pop": "item popped", "list.lease": "item leased",
    "list.ack": "item acknowledged", "list.dead": "item dead", "list.change": "list changed", "topic.publish": "message published", "route.call": "route called", "bin.call": "bin called",
  },
  more: "Read the quickstart",
};
