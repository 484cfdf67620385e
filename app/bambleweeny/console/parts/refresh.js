// Reading again what has no events, while the tab is visible.
import { useEffect, useRef } from "./ui.js";

const EVERY_MS = 10_000;
// The pause for a list to which others may add.
export const LIST_MS = 5000;

// Calls `reload` every ten seconds, or after another pause, and when the tab is shown again.
export function useRefresh(reload, everyMs = EVERY_MS) {
  const latest = useRef();
  latest.current = reload;
  useEffect(() => {
    const again = () => document.hidden || void latest.current();
    const timer = setInterval(again, everyMs);
    document.addEventListener("visibilitychange", again);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", again);
    };
  }, []);
}
