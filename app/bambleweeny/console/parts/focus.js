// Where the focus goes when the element that has it leaves the page: a browser would put it on nothing, before the first element.
import { useEffect } from "./ui.js";

// Moves a lost focus to the element of a ref. A user who clicks beside everything has not lost it.
export function useFocusKept(main) {
  useEffect(() => {
    let last = null;
    const isLost = () => last && !last.isConnected && (!document.activeElement || document.activeElement === document.body);
    const keep = () => {
      if (!isLost()) return;
      last = null;
      main.current?.focus({ preventScroll: true });
    };
    const note = ({ target }) => (last = target);
    // NOTE: some browsers report a blur of what is removed, so it shows only afterwards whether that is why.
    const forget = ({ target }) => setTimeout(() => (target.isConnected && last === target && document.activeElement !== target ? (last = null) : keep()));
    // NOTE: a window that closes puts the focus back first.
    const observer = new MutationObserver(() => setTimeout(keep));
    observer.observe(document.body, { childList: true, subtree: true });
    addEventListener("focusin", note);
    addEventListener("focusout", forget);
    return () => {
      observer.disconnect();
      removeEventListener("focusin", note);
      removeEventListener("focusout", forget);
    };
  }, []);
}
