// Files of the user: chosen, dropped or saved.
import { html, useState } from "../ui.js";

// Saves bytes to a file of the user.
export function save(bytes, name, type = "application/octet-stream") {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// A place to drop files on, with a field that chooses them; `onFiles` gets an array.
export function DropZone({ label, onFiles, isMultiple = false, accept }) {
  const [isOver, setOver] = useState(false);
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    const files = [...event.dataTransfer.files];
    if (files.length) onFiles(isMultiple ? files : files.slice(0, 1));
  };
  const over = (event) => {
    event.preventDefault();
    setOver(true);
  };
  return html`<label class=${isOver ? "drop over" : "drop"} onDragOver=${over} onDragLeave=${() => setOver(false)} onDrop=${drop}>
    ${label}<input type="file" multiple=${isMultiple} accept=${accept} onChange=${(event) => event.target.files.length && onFiles([...event.target.files])} />
  </label>`;
}
