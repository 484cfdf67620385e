// A button that works once at a time: further clicks do nothing until it is done, nor does the second one of a double click.
import { sayError } from "./dialogs.js";
import { html, useRef, useState } from "./ui.js";

// `onPress()` may return a promise; `kind` is the class of the button.
export function BusyButton({ onPress, kind = "", children }) {
  const [isBusy, setBusy] = useState(false);
  // NOTE: a ref as well, since a second click may come before the button is drawn again.
  const isPressed = useRef(false);
  const press = async ({ detail }) => {
    if (isPressed.current || detail > 1) return;
    isPressed.current = true;
    setBusy(true);
    try {
      await onPress();
    } catch (ex) {
      sayError(ex);
    } finally {
      isPressed.current = false;
      setBusy(false);
    }
  };
  return html`<button type="button" class=${kind || undefined} aria-disabled=${isBusy} onClick=${press}>${children}</button>`;
}
