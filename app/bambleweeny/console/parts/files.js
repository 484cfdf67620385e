// Files of the user: chosen, dropped or saved.
import { sayError } from "./dialogs.js";
import { html, useState } from "./ui.js";

// Saves bytes to a file of the user.
export function save(bytes, name, type = "application/octet-stream") {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// A place to drop a file on, with a field that chooses one. `onFile` gets it, and returns a promise of having read it.
export function DropZone({ label, onFile, accept }) {
  const [isOver, setOver] = useState(false);
  const take = ([file]) => file && void onFile(file).catch(sayError);
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  // NOTE: a field that keeps a file does not notice that the same one is chosen again.
  const choose = ({ target }) => {
    take(target.files);
    target.value = "";
  };
  const over = (event) => {
    event.preventDefault();
    setOver(true);
  };
  return html`<label class=${isOver ? "drop over" : "drop"} onDragOver=${over} onDragLeave=${() => setOver(false)} onDrop=${drop}>
    ${label}<input type="file" accept=${accept} onChange=${choose} />
  </label>`;
}
