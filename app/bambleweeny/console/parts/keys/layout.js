// The layout of a JSON text: how its tokens are spaced, so that an edited text is stored as the old one was. Pure.
import { spaced } from "../json_text.js";

const ON_ONE_LINE = [{ comma: ",", colon: ":" }, { comma: ", ", colon: ": " }, { comma: ",", colon: ": " }, { comma: ", ", colon: ":" }];
const ON_LINES = [{ comma: ",", colon: ": " }, { comma: ",", colon: ":" }];
const FIRST_INDENT = /^\ufeff?[[{]\n([ \t]{1,16})/;

// Returns the layout `{ comma, colon, indent, isWindows, tail }` that makes exactly this text of its JSON, or null if there is none.
export function layoutOf(text) {
  const isWindows = text.includes("\r\n");
  const lines = isWindows ? text.replaceAll("\r\n", "\n") : text;
  const body = lines.trimEnd();
  const indent = FIRST_INDENT.exec(body)?.[1];
  const spacings = (indent ? ON_LINES : ON_ONE_LINE).map((one) => ({ ...one, indent, isWindows, tail: lines.slice(body.length) }));
  return spacings.find((one) => inLayout(body, one) === text) ?? null;
}

// Returns a JSON text in a layout, or undefined if it is none.
export function inLayout(text, { isWindows, tail, ...spacing }) {
  const written = spaced(text, spacing).text;
  if (written === undefined) return undefined;
  return isWindows ? (written + tail).replaceAll("\n", "\r\n") : written + tail;
}
