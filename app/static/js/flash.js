// Messages: announced, and put away. One that only confirms what was done goes after a while, unless it is being read.
const SHOWN_MILLISECONDS = 10_000;

function dismissLater(flash) {
  let timer = 0;
  const wait = () => { timer = window.setTimeout(() => flash.close(), SHOWN_MILLISECONDS); };
  const stay = () => window.clearTimeout(timer);
  ["pointerenter", "focusin"].forEach((name) => flash.addEventListener(name, stay));
  ["pointerleave", "focusout"].forEach((name) => flash.addEventListener(name, wait));
  wait();
}

export function bindFlashes(root) {
  root.querySelectorAll("[data-flashes]").forEach((region) => {
    // Screen readers announce what comes into a region, not what was in it when the page was loaded.
    region.append(...region.children);
    region.querySelectorAll("[data-flash]").forEach((flash) => {
      flash.querySelector("form").addEventListener("submit", () => root.querySelector("main").focus());
      if (flash.matches(".flash--success")) {
        dismissLater(flash);
      }
    });
  });
}
