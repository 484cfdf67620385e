// Swagger UI over the contract, and one login for all calls.
const dark = matchMedia("(prefers-color-scheme: dark)");
const applyScheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", applyScheme);
applyScheme();

// The samples of the document have the URL of a sandbox: show that of this server.
const server = new URL("..", location.href).href.replace(/\/$/, "");
const showServer = (answer) => {
  if (answer.url.endsWith(document.body.dataset.document)) answer.text = answer.text.replaceAll("http://localhost:8080", server);
  return answer;
};

const ui = SwaggerUIBundle({
  url: document.body.dataset.document,
  dom_id: "#swagger-ui",
  deepLinking: true,
  defaultModelsExpandDepth: -1,
  displayRequestDuration: true,
  persistAuthorization: false,
  responseInterceptor: showServer,
  validatorUrl: null,
});

const form = document.querySelector("#login");
const fields = document.querySelector("#fields");
const logout = document.querySelector("#logout");
const state = document.querySelector("#state");

function show(isLoggedIn, text) {
  fields.hidden = isLoggedIn;
  logout.hidden = !isLoggedIn;
  state.textContent = text;
}

logout.addEventListener("click", () => {
  ui.authActions.logout(["bearer"]);
  show(false, "");
});
const password = document.querySelector("#password");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = { username: document.querySelector("#user").value, password: password.value };
  try {
    const answer = await fetch("../auth/token", { method: "POST", body: JSON.stringify(given) });
    const login = await answer.json();
    if (!answer.ok) throw new Error(login.info);
    ui.preauthorizeApiKey("bearer", login.access_token);
    password.value = "";
    show(true, `Logged in as ${given.username} for ${Math.floor(login.expires_in / 60)} minutes.`);
  } catch (error) {
    show(false, error.message);
  }
});
