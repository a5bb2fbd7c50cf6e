// The composer: counts as the server does, grows, keeps a draft, sends once.
import { draftFor } from "./draft.js";

const segmenter = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;

// Characters as a reader counts them, in the form in which the server stores them.
export function lengthOf(text) {
  const stored = text.replace(/\r\n?/g, "\n").normalize("NFC").trim();
  return segmenter ? [...segmenter.segment(stored)].length : [...stored].length;
}

function showCount(count, limit, length) {
  const left = limit - length;
  count.textContent = (left < 0 ? count.dataset.over : count.dataset.left).replace("{count}", Math.abs(left));
  count.classList.toggle("composer__count--over", left < 0);
}

function grow(text) {
  text.rows = Math.min(16, Math.max(3, text.value.split("\n").length + 1));
}

function bind(form) {
  const text = form.querySelector("[data-composer-text]");
  const count = form.querySelector("[data-composer-count]");
  const button = form.querySelector("[type=submit]");
  const draft = draftFor(document.body.dataset.person + form.dataset.draft);
  const limit = Number(form.dataset.limit);

  const refresh = () => {
    showCount(count, limit, lengthOf(text.value));
    grow(text);
  };
  text.value = text.value || draft.read();
  refresh();
  text.addEventListener("input", () => {
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
