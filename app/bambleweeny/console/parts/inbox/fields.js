// The fields of a form for a bin, and the document that they make. What the form has no field for stays as it is. Pure.
import { compact } from "../json_text.js";

export const SCHEMES = ["github", "stripe", "slack", "shopify", "standard", "gitlab", "hmac"];
export const CHALLENGES = ["meta", "slack", "dropbox", "zoom", "microsoft", "twitter", "trello"];
export const NEEDS_SECRET = new Set(["meta", "zoom", "twitter"]);

// The headers of a signed request, in lower case.
export const SIGNATURE_HEADERS = {
  github: ["x-hub-signature-256"], stripe: ["stripe-signature"], slack: ["x-slack-request-timestamp", "x-slack-signature"], shopify: ["x-shopify-hmac-sha256"],
  standard: ["webhook-id", "webhook-timestamp", "webhook-signature"], gitlab: ["x-gitlab-token"],
};
const PLAIN = ["name", "once", "max_body", "rate", "ends"];
const OF_HMAC = ["header", "algorithm", "encoding", "prefix"];

// Returns whether a form can change a document without a loss: no number in it would be written in another way.
export function isExact(text) {
  try {
    return compact(text).text === JSON.stringify(JSON.parse(text)) && Object.getPrototypeOf(JSON.parse(text)) === Object.prototype;
  } catch {
    return false;
  }
}

// Returns the texts of the form.
export function fieldsOf(document) {
  const { list, topic, keep = "body", methods, verify = {}, challenge, answer = {} } = document;
  const provider = typeof challenge === "object" ? challenge?.provider : challenge;
  return {
    target: topic === undefined ? "list" : "topic",
    queue: topic ?? list ?? "",
    keep,
    methods: [methods ?? []].flat().join(", "),
    scheme: verify.scheme ?? "",
    secret: "",
    otherwise: verify.else ?? "reject",
    ...Object.fromEntries(OF_HMAC.map((name) => [name, verify[name] ?? ""])),
    challenge: provider ?? "",
    challengeSecret: "",
    answerStatus: String(answer.status ?? ""),
    answerKind: answer.json === undefined ? "text" : "json",
    answerBody: answer.json === undefined ? (answer.text ?? "") : JSON.stringify(answer.json, null, 2),
    ...Object.fromEntries(PLAIN.map((name) => [name, String(document[name] ?? "")])),
  };
}

// Whether the answer of a document has nothing that the form does not show.
export const hasSimpleAnswer = ({ answer = {} }) => Object.keys(answer).every((name) => ["status", "text", "json"].includes(name));

// Returns the document that the texts of the form make of an earlier one. A SyntaxError if the JSON of the answer is none.
export function documentOf(fields, earlier = {}) {
  const { list: _, topic: __, ...rest } = earlier;
  const put = (name, value) => (isEmpty(value) ? delete rest[name] : (rest[name] = value));
  put("keep", fields.keep === "body" && !("keep" in earlier) ? "" : fields.keep);
  put("methods", methodsOf(fields.methods));
  put("verify", verifyOf(fields, earlier.verify));
  put("challenge", challengeOf(fields, earlier.challenge));
  if (hasSimpleAnswer(earlier)) put("answer", answerOf(fields));
  for (const name of PLAIN) put(name, fields[name].trim());
  if (fields.ends.trim()) delete rest.ends_at;
  return { [fields.target]: fields.queue.trim(), ...rest };
}

const isEmpty = (value) => value === "" || value === undefined;

function methodsOf(text) {
  const names = text.toUpperCase().split(/[\s,]+/).filter(Boolean);
  return names.length > 1 ? names : names[0];
}

function verifyOf({ scheme, secret, otherwise, ...fields }, earlier = {}) {
  if (!scheme) return undefined;
  const made = { scheme, secrets: secret ? [secret] : scheme === earlier.scheme ? earlier.secrets : [] };
  if (earlier.tolerance !== undefined) made.tolerance = earlier.tolerance;
  if (otherwise !== "reject") made.else = otherwise;
  if (scheme === "hmac") for (const name of OF_HMAC) if (fields[name]) made[name] = fields[name];
  return made;
}

function challengeOf({ challenge, challengeSecret }, earlier) {
  if (!NEEDS_SECRET.has(challenge)) return challenge || undefined;
  return { provider: challenge, secret: challengeSecret || (earlier?.provider === challenge ? earlier.secret : "") };
}

function answerOf({ answerStatus, answerKind, answerBody }) {
  const made = {};
  if (answerStatus) made.status = Number(answerStatus);
  if (answerBody) made[answerKind] = answerKind === "json" ? JSON.parse(answerBody) : answerBody;
  return Object.keys(made).length ? made : undefined;
}
