// A draft that is not saved: leaving it asks first, inside the console and when the page is closed.
import { text } from "../en/shell.js";
import { logOut } from "./api.js";
import { confirm } from "./dialogs.js";
import { addGuard, questionNow } from "./guards.js";
import { useTyped } from "./typed.js";
import { useLayoutEffect, useRef } from "./ui.js";

let isFree = false;

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
  isFree = true;
  location.hash = hash;
}

// Calls `onAddress(hash)` after each change of the address that no draft forbids. Returns what stops that.
export function watchAddress(onAddress) {
  let shown = location.hash;
  const onHash = async () => {
    const wanted = location.hash;
    const asks = !isFree && questionNow();
    isFree = false;
    if (wanted === shown) return;
    if (asks) {
      history.replaceState(null, "", shown || "#/");
      if (!(await mayLeave())) return;
      history.replaceState(null, "", wanted);
    }
    shown = wanted;
    onAddress(wanted);
  };
  addEventListener("hashchange", onHash);
  return () => removeEventListener("hashchange", onHash);
}
