// A button that is busy keeps the focus, which `disabled` would take: it has `aria-disabled`, and this ignores its clicks.
const BUSY = 'button[aria-disabled="true"]';

export function ignoreBusyButtons() {
  // NOTE: Enter in a form clicks its button, so this is for forms, too.
  const ignore = (event) => {
    if (!event.target.closest?.(BUSY)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  addEventListener("click", ignore, { capture: true });
}
