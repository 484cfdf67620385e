// Swagger UI over the contract, and one login for all calls.
const dark = matchMedia("(prefers-color-scheme: dark)");
const applyScheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", applyScheme);
applyScheme();

const ui = SwaggerUIBundle({
  url: document.body.dataset.document,
  dom_id: "#swagger-ui",
  deepLinking: true,
  defaultModelsExpandDepth: -1,
  displayRequestDuration: true,
  persistAuthorization: false,
  validatorUrl: null,
});

const form = document.querySelector("#login");
const state = document.querySelector("#state");
const password = document.querySelector("#password");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const login = { username: document.querySelector("#user").value, password: password.value };
  try {
    const answer = await fetch("../auth/token", { method: "POST", body: JSON.stringify(login) });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.info);
    ui.preauthorizeApiKey("bearer", told.access_token);
    password.value = "";
    state.textContent = `Logged in for ${Math.floor(told.expires_in / 60)} minutes.`;
  } catch (error) {
    state.textContent = error.message;
  }
});
