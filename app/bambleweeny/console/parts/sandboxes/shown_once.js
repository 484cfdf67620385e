// The token of a new sandbox, which is shown once, and what to do with it.
import { text } from "../../en/sandboxes.js";
import { API_URL, sessionWith } from "../api.js";
import { sayError } from "../dialogs.js";
import { useOnceGuard } from "../leaving.js";
import { word } from "../quoting.js";
import { openAs } from "../session.js";
import { CopyButton, Lines, SnippetBox } from "../snippet_box.js";
import { html, useEffect, useRef, useState } from "../ui.js";
import { resetting, SELF } from "./calls.js";

const PYTEST = `import os

import pytest
from bambleweeny import Client


@pytest.fixture
def b9y():
    with Client(os.environ["BAMBLEWEENY_URL"], token=os.environ["BAMBLEWEENY_TOKEN"]) as client:
        client.sandboxes.reset()
        yield client`;

// `made` is the answer of the API, with the token; `onDone` forgets it.
export function SandboxOnce({ made, onDone }) {
  const heading = useRef();
  const [inside, setInside] = useState(null);
  useOnceGuard();
  useEffect(() => {
    heading.current.focus();
    // NOTE: before the click, since a browser opens a tab only at once.
    sessionWith(made.token).then(setInside, sayError);
  }, []);
  const open = () => openAs(inside, `${API_URL}/console`) || sayError(new Error(text.noTab));
  const exported = `export BAMBLEWEENY_TOKEN=$TOKEN BAMBLEWEENY_URL=${word(API_URL)}`;
  return html`<section class="card once" aria-labelledby="once-title">
    <h2 id="once-title" ref=${heading} tabindex="-1">${text.shownTitle(made)}</h2>
    <p class="note">${text.shownOnce}</p>
    <pre class="token-text" tabindex="0" aria-label=${text.token}>${made.token}</pre>
    <div class="bar"><${CopyButton} value=${() => made.token} label=${text.copyToken} />
      <button type="button" class="small" disabled=${!inside} onClick=${open}>${text.open}</button></div>
    <${Lines} sentence=${text.askToken} lines="read -rs TOKEN && export TOKEN" />
    <${Lines} sentence=${text.inShell} lines=${exported} />
    <p>${text.resets}</p>
    <${SnippetBox} request=${resetting(SELF)} />
    <${Lines} sentence=${text.inPytest} lines=${PYTEST} />
    <p><a href=${`${API_URL}/docs/sandboxes-in-tests`}>${text.inTests}</a></p>
    <footer class="bar"><span class="grow"></span><button type="button" class="primary" onClick=${onDone}>${text.done}</button></footer>
  </section>`;
}
