// Messages can be put away.
export function bindFlashes(root) {
  root.querySelectorAll("[data-flash]").forEach((flash) => {
    const button = flash.querySelector("[data-flash-close]");
    button.hidden = false;
    button.addEventListener("click", () => {
      flash.remove();
      root.querySelector("main").focus();
    });
  });
}
