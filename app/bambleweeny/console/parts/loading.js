// Reading what a page shows: once at the start, and again when it changes.
import { text } from "../en/shell.js";
import { Sentence } from "./sentence.js";
import { html, useCallback, useEffect, useRef, useState } from "./ui.js";

// Runs `read(signal)` at the start and whenever `inputs` change. Returns `{ value, error, isLoading, reload, set }`; the last value stays while a new one is read.
export function useReading(read, inputs) {
  const [state, setState] = useState({ value: undefined, error: null, isLoading: true });
  const running = useRef();
  const latest = useRef();
  latest.current = read;
  const reload = useCallback(async () => {
    running.current?.abort();
    const controller = (running.current = new AbortController());
    try {
      const value = await latest.current(controller.signal);
      if (!controller.signal.aborted) setState({ value, error: null, isLoading: false });
    } catch (error) {
      if (!controller.signal.aborted && error.name !== "AbortError") setState((last) => ({ ...last, error, isLoading: false }));
    }
  }, []);
  useEffect(() => {
    setState({ value: undefined, error: null, isLoading: true });
    void reload();
    return () => running.current?.abort();
  }, inputs);
  const set = useCallback((value) => setState({ value, error: null, isLoading: false }), []);
  return { ...state, reload, set };
}

// What went wrong, and a button to try again.
export function Problem({ error, onRetry }) {
  return html`<div class="problem" role="alert"><p><${Sentence} text=${error.info ?? error.message} /></p>${error.hint && html`<p><${Sentence} text=${error.hint} /></p>`}
    ${onRetry && html`<button type="button" onClick=${onRetry}>${text.retry}</button>`}</div>`;
}

// Shows the children once there is a value, else the state of the read, or its error.
export function Loaded({ reading, children }) {
  if (reading.error && reading.value === undefined) return html`<${Problem} error=${reading.error} onRetry=${reading.reload} />`;
  if (reading.value === undefined) return html`<p class="loading" role="status">${text.loading}…</p>`;
  return html`<div class="contents">${reading.error && html`<${Problem} error=${reading.error} onRetry=${reading.reload} />`}${children(reading.value)}</div>`;
}
