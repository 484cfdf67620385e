// A draft that is not saved: leaving it asks first, inside the console and when the page is closed.
import { confirm } from "./dialogs.js";
import { useLayoutEffect, useRef } from "./ui.js";

let guard = null;

// Asks `question` (as `confirm` takes it) before the address changes or the page is closed, while `isActive`.
export function useGuard(isActive, question) {
  const latest = useRef();
  latest.current = question;
  // NOTE: at once, so that no change is without a guard.
  useLayoutEffect(() => {
    if (!isActive) return undefined;
    const mine = (guard = () => confirm(latest.current));
    const onUnload = (event) => event.preventDefault();
    addEventListener("beforeunload", onUnload);
    return () => {
      if (guard === mine) guard = null;
      removeEventListener("beforeunload", onUnload);
    };
  }, [isActive]);
}

// Calls `onAddress(hash)` after each change of the address that no draft forbids. Returns what stops that.
export function watchAddress(onAddress) {
  let shown = location.hash;
  const onHash = async () => {
    const wanted = location.hash;
    if (wanted === shown) return;
    if (guard) {
      history.replaceState(null, "", shown || "#/");
      if (!(await guard())) return;
      guard = null;
      history.replaceState(null, "", wanted);
    }
    shown = wanted;
    onAddress(wanted);
  };
  addEventListener("hashchange", onHash);
  return () => removeEventListener("hashchange", onHash);
}
