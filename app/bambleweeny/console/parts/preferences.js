// What this browser keeps between sessions: the theme and whether single-key shortcuts are on. Never a token or data.
import { Observable } from "./observable.js";

const KEY = "bambleweeny.preferences";
const FIRST = { theme: "system", shortcuts: true, flat: false, language: "curl" };

export const preferences = new Observable({ ...FIRST, ...kept() });

// Changes some preferences, and keeps them if the browser allows that.
export function prefer(changes) {
  preferences.value = { ...preferences.value, ...changes };
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences.value));
  } catch {
    // NOTE: a browser may forbid storage; then they last until the page is closed.
  }
  applyTheme();
}

// Makes the page follow the system, or be light or dark.
export function applyTheme() {
  const { theme } = preferences.value;
  document.documentElement.dataset.theme = theme;
}

function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return Object.fromEntries(Object.entries(FIRST).filter(([name, first]) => typeof found[name] === typeof first).map(([name]) => [name, found[name]]));
  } catch {
    return {};
  }
}
