// A button that copies the field beside it, and says so. Without https browsers have no clipboard for pages: then the
// field is marked, ready to be copied by hand.
export function bindCopies(root) {
  root.querySelectorAll("[data-copy]").forEach((button) => {
    const input = root.getElementById(button.dataset.copy);
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    input.addEventListener("focus", () => input.select());
    button.addEventListener("click", async () => {
      input.select();
      try {
        await navigator.clipboard.writeText(input.value);
      } catch {
        if (!document.execCommand("copy")) {
          input.focus();
          return;
        }
      }
      button.textContent = button.dataset.copied;
    });
  });
}
