// Export of the user's data to a file, and import of such a file after a dry run.
import { text } from "../en/data.js";
import { call } from "../parts/api.js";
import { Import } from "../parts/data/import.js";
import { sayError } from "../parts/dialogs.js";
import { save } from "../parts/files.js";
import { request } from "../parts/request.js";
import { mayDoAll, ownerName, session } from "../parts/session.js";
import { CopyButton, SnippetBox } from "../parts/snippet_box.js";
import { html, useState, useTitle } from "../parts/ui.js";

const EXPORT = request("GET", ["export"]);
const BACKUP = "bambleweeny backup backup.b9y";

export default function Data() {
  useTitle(text.title);
  return html`<div class="contents"><h1>${text.title}</h1>
    ${mayDoAll("read") && html`<${Export} />`}
    ${mayDoAll("write") && html`<${Import} />`}
    ${session.value.admin && !session.value.scopes && html`<section class="stack"><h2>${text.backupTitle}</h2><p>${text.backupAbout}</p>
      <div class="bar"><code>${BACKUP}</code><${CopyButton} value=${BACKUP} /></div></section>`}
  </div>`;
}

function Export() {
  const [isBusy, setBusy] = useState(false);
  const owner = ownerName();
  const download = async () => {
    setBusy(true);
    try {
      const answer = await call(EXPORT);
      save(answer.bytes, text.fileName(owner), "application/x-ndjson");
    } catch (ex) {
      sayError(ex);
    } finally {
      setBusy(false);
    }
  };
  return html`<section class="stack"><h2>${text.exportTitle}</h2><p class="note">${text.exportScope(owner)}</p><p>${text.exportAbout}</p>
    <div><button type="button" class="primary" aria-disabled=${isBusy} onClick=${download}>${text.download}</button></div>
    <${SnippetBox} request=${EXPORT} />
  </section>`;
}
