import { render } from "./parts/ui.js";
import { start } from "./pages/start.js";

const app = document.getElementById("app");
render(start(app.dataset.version), app);
