// A signed request as commands of a shell, for the schemes that sign with OpenSSL what a shell can write. Pure.
import { quoted, word } from "../quoting.js";

const HEX = "| sed 's/.* //'";
const BASE64 = "-binary | base64";
const digest = (signed, { algorithm = "sha256", encoding = "hex" } = {}) =>
  `$(printf %s "${signed}" | openssl dgst -${algorithm} -hmac "$SECRET" ${encoding === "hex" ? HEX : BASE64})`;

// By scheme: whether the time is signed, and the headers as words of a shell.
const SCHEMES = {
  github: () => [`"X-Hub-Signature-256: sha256=${digest("$BODY")}"`],
  stripe: () => [`"Stripe-Signature: t=$NOW,v1=${digest("$NOW.$BODY")}"`],
  slack: () => ['"X-Slack-Request-Timestamp: $NOW"', `"X-Slack-Signature: v0=${digest("v0:$NOW:$BODY")}"`],
  shopify: () => [`"X-Shopify-Hmac-Sha256: ${digest("$BODY", { encoding: "base64" })}"`],
  gitlab: () => ['"X-Gitlab-Token: $SECRET"'],
  hmac: ({ header, prefix = "", ...how }) => [`${quoted(`${header}: ${prefix}`)}"${digest("$BODY", how)}"`],
};

// Returns commands that send a signed request, with the secret in $SECRET, or null for other schemes and for requests without a body.
export function signedCurl(verify, method, url, body) {
  if (!Object.hasOwn(SCHEMES, verify.scheme) || method === "GET" || method === "HEAD") return null;
  const headers = SCHEMES[verify.scheme](verify);
  const named = headers.some((header) => header.includes("$NOW")) ? ["NOW=$(date +%s)"] : [];
  const lines = [`curl ${method === "POST" ? "" : `-X ${word(method)} `}${word(url)}`, "-H 'Content-Type: application/json'", ...headers.map((header) => `-H ${header}`), '--data-binary "$BODY"'];
  return [`BODY=${quoted(body)}`, ...named, lines.join(" \\\n  ")].join("\n");
}
