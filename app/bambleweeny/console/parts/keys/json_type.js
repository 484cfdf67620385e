// Returns whether a content type is that of JSON. Pure.
export const isJsonType = (type) => /^(application|text)\/json\s*(;|$)|\+json\s*(;|$)/i.test(type ?? "");
