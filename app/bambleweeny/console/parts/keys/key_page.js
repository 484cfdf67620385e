import { html } from "../ui.js";
export const KeyPage = ({ name }) => html`<h1>${name}</h1>`;
