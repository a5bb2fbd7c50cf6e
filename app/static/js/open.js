// The whole card of a post leads where its link does. What is inside it works as usual, and text can be selected.
const INSIDE = "a, button, summary, details, input, textarea, select, label, form, [tabindex]:not([data-post])";
const MIDDLE = 1;
// A second click within this time selects a word instead.
const DOUBLE_CLICK_MILLISECONDS = 300;

const linkOf = (card) => card && card.querySelector("[data-permalink]");

function leadsElsewhere(link) {
  return link && link.pathname !== window.location.pathname;
}

export function openPost(card) {
  const link = linkOf(card);
  if (leadsElsewhere(link)) {
    link.click();
  }
}

function cardOf(event) {
  const card = event.target instanceof Element && event.target.closest("[data-post]");
  const inside = card && event.target.closest(INSIDE);
  return card && leadsElsewhere(linkOf(card)) && !(inside && card.contains(inside)) ? card : null;
}

export function bindCardsOfPosts(root) {
  root.querySelectorAll("[data-post]").forEach((card) => {
    card.classList.toggle("post--opens", Boolean(leadsElsewhere(linkOf(card))));
  });
  let timer = 0;
  root.addEventListener("pointerdown", () => window.clearTimeout(timer));
  root.addEventListener("click", (event) => {
    const card = cardOf(event);
    if (!card || event.defaultPrevented || event.detail > 1 || !window.getSelection().isCollapsed) {
      return;
    }
    if (event.ctrlKey || event.metaKey || event.shiftKey) {
      window.open(linkOf(card).href, "_blank", "noopener");
    } else {
      timer = window.setTimeout(() => openPost(card), DOUBLE_CLICK_MILLISECONDS);
    }
  });
  root.addEventListener("auxclick", (event) => {
    const card = event.button === MIDDLE && cardOf(event);
    if (card) {
      window.open(linkOf(card).href, "_blank", "noopener");
    }
  });
}
