// Links to a call were once /docs#/TAG/CALL; the reference is at /docs/api now.
if (location.hash.startsWith("#/")) {
  location.replace(new URL((document.body.className === "home" ? "docs/api" : "api") + location.hash, location.href));
}

// A button that copies the code, at each block of commands or of a program.
for (const block of document.querySelectorAll(".code[data-runs]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    const code = block.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      // Without https only localhost has a clipboard: select the text instead.
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  block.append(button);
}

// "/" goes to the search, as in many programs.
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  document.querySelector("#q").focus();
});
