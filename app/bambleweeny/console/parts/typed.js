// Whether somebody has typed into the fields of an element and not taken it back.
import { useEffect, useRef } from "./ui.js";

const FIELDS = "input, textarea, select";
const BEFORE_TYPING = ["focusin", "pointerdown", "keydown", "beforeinput"];

// Returns a function that returns this for the element of a ref.
export function useTyped(element) {
  const { current: seen } = useRef({ first: new Map(), hasFile: false });
  const look = () => {
    for (const field of element.current?.querySelectorAll(FIELDS) ?? []) {
      if (!seen.first.has(field)) seen.first.set(field, valueOf(field));
    }
  };
  useEffect(() => {
    const watched = element.current;
    if (!watched) return undefined;
    const onChange = ({ target }) => (seen.hasFile ||= target.type === "file");
    look();
    // NOTE: fields may come later, so they are looked at before each key.
    for (const name of BEFORE_TYPING) watched.addEventListener(name, look, true);
    watched.addEventListener("change", onChange, true);
    return () => {
      for (const name of BEFORE_TYPING) watched.removeEventListener(name, look, true);
      watched.removeEventListener("change", onChange, true);
    };
  }, []);
  // NOTE: a form that is done may have made room for its outcome, and then nothing is left to lose.
  const hasForm = () => element.current?.matches("form") || element.current?.querySelector("form");
  return () => Boolean(hasForm()) && (seen.hasFile || [...seen.first].some(([field, value]) => field.isConnected && valueOf(field) !== value));
}

const valueOf = (field) => (field.type === "file" ? "" : /^(?:checkbox|radio)$/.test(field.type) ? field.checked : field.value);
