// Single-key shortcuts, which a user can switch off (WCAG 2.1.4). They do nothing while a field has the focus or a dialog is open.
import { preferences } from "./preferences.js";
import { useEffect, useRef } from "./ui.js";

// Calls `act` when a key is pressed alone; `isActive` switches it off for a while.
export function useShortcut(key, act, isActive = true) {
  const latest = useRef();
  latest.current = act;
  useEffect(() => {
    if (!isActive) return undefined;
    const onKey = (event) => {
      if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (!preferences.value.shortcuts || isTyping(event.target) || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      latest.current();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [key, isActive]);
}

// Calls `act` at Ctrl or Command with a key, everywhere; these are always on.
export function useChord(key, act) {
  const latest = useRef();
  latest.current = act;
  useEffect(() => {
    const onKey = (event) => {
      // NOTE: a browser that fills in a field sends a keydown without a key.
      if (event.key?.toLowerCase() !== key || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      latest.current();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [key]);
}

const isTyping = (target) => target.isContentEditable || /^(?:input|textarea|select)$/i.test(target.tagName) && target.type !== "checkbox";
