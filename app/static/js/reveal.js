// A button that shows the password beside it while it is pressed in.
export function bindReveals(root) {
  root.querySelectorAll("[data-reveal]").forEach((button) => {
    const input = root.getElementById(button.dataset.reveal);
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = input.type === "text";
      input.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!shown));
    });
    input.form.addEventListener("submit", () => { input.type = "password"; });
  });
}
