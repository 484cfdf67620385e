// A draft that is not saved: leaving it asks first, inside the console and when the page is closed.
import { text } from "../en/shell.js";
import { logOut } from "./api.js";
import { confirm } from "./dialogs.js";
import { addGuard, questionNow } from "./guards.js";
import { useTyped } from "./typed.js";
import { useLayoutEffect, useRef } from "./ui.js";

// The address to which the next change leads unasked.
let allowed = null;
// The address of the page that is shown, and the place of its entry in the history.
let [shown, shownAt] = ["", 0];

// Asks `question` (as `confirm` takes it) before the address changes or the page is closed, while `isActive`.
export function useGuard(isActive, question = text.leaving) {
  const latest = useRef();
  latest.current = question;
  // NOTE: at once, so that no change is without a guard.
  useLayoutEffect(() => (isActive ? addGuard(() => latest.current) : undefined), [isActive]);
}

// Asks before what is shown only once is left.
export const useOnceGuard = () => useGuard(true, text.leavingOnce);

// The same for a form, as long as something is typed into the element of a ref.
export function useTypedGuard(element) {
  const isTyped = useTyped(element);
  useLayoutEffect(() => addGuard(() => (isTyped() ? text.leaving : null)), []);
}

// Resolves with whether what is shown may go: true at once without a draft, else what the user answers.
export async function mayLeave() {
  const question = questionNow();
  return !question || confirm(question);
}

// Logs out, unless a draft would be lost that the user keeps.
export async function leaveSession() {
  if (await mayLeave()) await logOut();
}

// Shows another page after something is done, so that no draft is left to ask for.
export function leaveTo(hash) {
  if (hash === location.hash) return;
  allowed = hash;
  location.hash = hash;
}

// Names the page that is shown by another address, as that of what it has just made. The entry in the history stays.
export function replaceAddress(hash) {
  history.replaceState(history.state, "", hash);
  shown = location.hash;
}

// Calls `onAddress(hash)` after each change of the address that no draft forbids. Returns what stops that. While it is asked whether a draft
// may go, the history is back at its page, so that no entry is replaced, and forward again after a yes.
export function watchAddress(onAddress) {
  [shown, shownAt] = [location.hash, placeOr(0)];
  const onHash = async () => {
    const wanted = location.hash;
    // NOTE: an address that is new in the history follows the one before it.
    const place = placeOr(shownAt + 1);
    if (wanted === shown) {
      shownAt = place;
      return;
    }
    const isAsked = wanted !== allowed && questionNow();
    allowed = null;
    if (isAsked) {
      const steps = place - shownAt;
      history.go(-steps);
      if (await mayLeave()) {
        allowed = wanted;
        history.go(steps);
      }
      return;
    }
    shownAt = place;
    shown = wanted;
    onAddress(wanted);
  };
  // NOTE: a step over several entries may lead to the same address, and a link to it replaces its entry; neither is a change of it.
  const onPop = () => location.hash === shown && (shownAt = placeOr(shownAt));
  addEventListener("hashchange", onHash);
  addEventListener("popstate", onPop);
  return () => {
    removeEventListener("hashchange", onHash);
    removeEventListener("popstate", onPop);
  };
}

// Returns the place of the current entry in the history; if it has none yet, it gets the one given.
function placeOr(next) {
  if (history.state?.place === undefined) history.replaceState({ place: next }, "");
  return history.state.place;
}
