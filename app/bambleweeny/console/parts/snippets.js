// A request as a user can repeat it: with curl, the command line, Python and JavaScript. Pure.
import { Inexpressible } from "./quoting.js";
import { callsOf, withoutSecrets } from "./snippets_inputs.js";
import { javascriptOf, pythonOf } from "./snippets_programs.js";
import { commandOf, curlOf } from "./snippets_shell.js";

// The file that snippets read in place of a body that is binary or longer than 4 kB.
export { FILE } from "./snippets_inputs.js";

// Returns `{ curl, cli, python, javascript }` of a request to the API at `url`: texts to paste, each undefined if that client cannot
// express the request. `isBinary` says of a request that its answer is no text. The token is the variable TOKEN, and passwords, too, are variables;
// secrets of bins are left out.
export function snippetsOf(asked, url) {
  const request = withoutSecrets(asked);
  const place = { url: url.replace(/\/+$/, ""), isPublic: request.isPublic, isBinary: request.isBinary };
  const calls = [...unlessInexpressible(() => [...callsOf(request)]) ?? []];
  const first = (client, write) => {
    for (const { call, inputs } of calls) {
      const text = unlessInexpressible(() => formOf(call[client], call, { ...inputs }, write, place));
      if (text !== undefined) return text;
    }
    return undefined;
  };
  return {
    curl: unlessInexpressible(() => curlOf(request, place.url)),
    cli: first("cli", commandOf),
    python: first("python", pythonOf),
    javascript: first("javascript", javascriptOf),
  };
}

function formOf(form, call, inputs, write, place) {
  const chosen = typeof form === "function" ? form(inputs) : form;
  if (!chosen) return undefined;
  const [template, takes] = Array.isArray(chosen) ? chosen : [chosen, call.takes];
  if (template.includes("{file}")) {
    inputs.file = inputs.value;
    delete inputs.value;
  }
  const pairs = takes.split(" ").filter(Boolean).map((name) => [name.split("=")[0], name.split("=").at(-1)]);
  return write({ template, takes: pairs }, inputs, place);
}

function unlessInexpressible(make) {
  try {
    return make();
  } catch (error) {
    if (error instanceof Inexpressible) return undefined;
    throw error;
  }
}
