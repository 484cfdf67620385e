// Reading again what has no events, while the tab is visible.
import { useEffect, useRef } from "./ui.js";

const EVERY_MS = 10_000;

// Calls `reload` every ten seconds, and when the tab is shown again.
export function useRefresh(reload) {
  const latest = useRef();
  latest.current = reload;
  useEffect(() => {
    const again = () => document.hidden || void latest.current();
    const timer = setInterval(again, EVERY_MS);
    document.addEventListener("visibilitychange", again);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", again);
    };
  }, []);
}
