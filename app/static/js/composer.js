// The composer: counts as the server does, keeps a draft, sends once.
import { draftFor } from "./draft.js";
import { lengthOf } from "./length.js";

function showCount(count, limit, length) {
  const left = limit - length;
  count.textContent = (left < 0 ? count.dataset.over : count.dataset.left).replace("{count}", Math.abs(left));
  count.classList.toggle("composer__count--over", left < 0);
}

function bind(form) {
  const text = form.querySelector("[data-composer-text]");
  const count = form.querySelector("[data-composer-count]");
  const button = form.querySelector("[type=submit]");
  const draft = draftFor(document.body.dataset.person + form.dataset.draft);
  const limit = Number(form.dataset.limit);

  const error = form.querySelector("[data-composer-error]");

  // The server's reason and the counter would say the same twice.
  const showError = (shown) => {
    if (error) {
      error.hidden = !shown;
      count.hidden = shown;
      text.setAttribute("aria-invalid", String(shown));
    }
  };
  const refresh = () => {
    showCount(count, limit, lengthOf(text.value));
  };
  text.value = text.value || draft.read();
  refresh();
  showError(true);
  text.addEventListener("input", () => {
    showError(false);
    draft.write(text.value);
    refresh();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener("submit", () => {
    draft.sent(text.value);
    // Not at once: a disabled button would not be part of what is sent.
    setTimeout(() => { button.disabled = true; }, 0);
  });
  // Coming back by the browser's history shows the page as it was left, button included.
  window.addEventListener("pageshow", () => { button.disabled = false; });
}

export function bindComposers(root) {
  root.querySelectorAll("[data-composer]").forEach(bind);
}
