import { html } from "../parts/ui.js";

export const start = (version) => html`<h1>Bambleweeny ${version}</h1>`;
