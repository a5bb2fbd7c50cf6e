// Somebody in short over a name: after a moment under the pointer, or when the keyboard reaches it. Escape puts it away.
import { showLocalTimes } from "./times.js";

const REST_MILLISECONDS = 500;
const GAP = 6;

class Card {
  constructor(root) {
    this.root = root;
    this.box = null;
    this.link = null;
    this.timer = 0;
    this.isQuiet = false;
  }

  soon(link) {
    this.cancel();
    if (link !== this.link) {
      this.timer = window.setTimeout(() => this.open(link), REST_MILLISECONDS);
    }
  }

  cancel() {
    window.clearTimeout(this.timer);
  }

  later() {
    this.cancel();
    this.timer = window.setTimeout(() => this.close(), REST_MILLISECONDS);
  }

  async open(link) {
    this.close();
    this.link = link;
    const answer = await fetch(`${link.pathname}/popup`).catch(() => null);
    if (!answer || !answer.ok || answer.redirected || this.link !== link) {
      return; // nobody of that name, logged out, away, or the pointer has moved on
    }
    this.box = this.root.createElement("div");
    this.box.className = "card-over";
    this.box.setAttribute("role", "group");
    this.box.setAttribute("aria-label", link.textContent.trim());
    this.box.innerHTML = await answer.text();
    showLocalTimes(this.box);
    // Right after the name, so that the keyboard gets into it next.
    link.after(this.box);
    this.place();
  }

  place() {
    const name = this.link.getBoundingClientRect();
    const frame = (this.box.offsetParent || this.root.body).getBoundingClientRect();
    const widest = this.root.documentElement.clientWidth - this.box.offsetWidth - 2 * GAP;
    const fits = name.bottom + this.box.offsetHeight + GAP < window.innerHeight;
    const top = fits ? name.bottom + GAP : name.top - this.box.offsetHeight - GAP;
    this.box.style.left = `${Math.max(GAP, Math.min(name.left, widest)) - frame.left}px`;
    this.box.style.top = `${top - frame.top}px`;
  }

  close() {
    this.cancel();
    if (this.box) {
      this.box.remove();
    }
    this.box = null;
    this.link = null;
  }

  holds(element) {
    return element instanceof Element && ((this.box && this.box.contains(element)) || element === this.link);
  }
}

const linkOf = (target) => (target instanceof Element ? target.closest("[data-card]") : null);

export function bindCards(root) {
  const card = new Card(root);
  root.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse") {
      return; // a tap follows the link
    }
    if (card.holds(event.target)) {
      card.cancel();
    } else if (linkOf(event.target)) {
      card.soon(linkOf(event.target));
    } else {
      card.later();
    }
  });
  root.addEventListener("focusin", (event) => {
    if (card.isQuiet || card.holds(event.target)) {
      return; // the focus comes back from the card, or stays in it: the names in a card open no card of their own
    }
    if (linkOf(event.target) && event.target.matches(":focus-visible")) {
      card.open(linkOf(event.target));
    } else {
      card.close();
    }
  });
  root.addEventListener("pointerdown", (event) => {
    if (card.link && !card.holds(event.target)) {
      card.close();
    }
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && card.link) {
      const link = card.link;
      const isInside = card.box && card.box.contains(root.activeElement);
      card.close();
      if (isInside) {
        card.isQuiet = true;
        link.focus();
        card.isQuiet = false;
      }
    }
  });
}
