// The one module that knows the library: all others import this one.
export * from "../preact.js";
