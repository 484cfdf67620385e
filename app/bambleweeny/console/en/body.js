// The sentences of the view of a body: of an item, a message or a request.
export const text = {
  label: "Body",
  kinds: { json: "JSON", text: "Text", hex: "Hex", image: "Image" },
  empty: "The body is empty.",
  part: (shown, size) => `The first ${shown} of ${size}.`,
  more: "Show more",
  copy: "Copy",
  download: "Download",
  image: (size) => `Image, ${size}`,
  file: (name, size) => `The file ${name}, ${size}`,
  choose: "Send a file",
  write: "Write text instead",
  noImage: "This browser cannot show these bytes as an image.",
};
