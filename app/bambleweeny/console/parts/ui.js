// The only module that knows which library renders the pages.
// NOTE: a component returns one element, never several: this version may put those in the wrong place when they change.
export {
  html, render, useCallback, useEffect, useErrorBoundary, useLayoutEffect, useMemo, useRef, useState,
} from "../preact.js";
import { useEffect, useState } from "../preact.js";

// Returns the value of an observable; the component renders again when it changes.
export function useValue(observable) {
  const [, setValue] = useState(observable.value);
  useEffect(() => {
    // NOTE: it may have changed between the rendering and this effect.
    setValue(() => observable.value);
    return observable.subscribe((value) => setValue(() => value));
  }, [observable]);
  return observable.value;
}

// Returns what keeps a form from taking text while it is sent: that would be lost.
export const fixedWhile = (isBusy) => ({ "aria-busy": isBusy, onbeforeinput: isBusy ? (event) => event.preventDefault() : undefined });

// Sets the title of the window while a component is shown.
export const useTitle = (title) =>
  useEffect(() => {
    document.title = title ? `${title} – bambleweeny` : "bambleweeny";
  }, [title]);
