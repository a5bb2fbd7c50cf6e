// Translates a post where it stands, and shows the original again. Without this the same button leads to a page of its own.
class Translation {
  constructor(box, form) {
    this.box = box;
    this.form = form;
    this.label = form.querySelector("[data-translation-label]");
    this.ask = this.label.textContent;
    this.result = box.querySelector("[data-translation-result]");
    this.body = box.closest("[data-post]").querySelector("[data-post-body]");
    this.html = "";
  }

  press() {
    if (this.box.getAttribute("aria-busy") === "true") {
      return; // patience: it is on its way
    }
    if (this.body.hidden) {
      this.showOriginal();
    } else if (this.html) {
      this.showTranslation();
    } else {
      this.fetch();
    }
  }

  async fetch() {
    this.box.setAttribute("aria-busy", "true");
    this.label.textContent = this.label.dataset.working;
    this.result.replaceChildren();
    const answer = await this.answer();
    this.box.removeAttribute("aria-busy");
    this.label.textContent = this.ask;
    if (answer.html) {
      this.html = answer.html;
      this.showTranslation();
    } else if (answer.error) {
      this.showFailure(answer.error);
    } else {
      this.form.submit(); // logged out, or the post is gone: the page says so
    }
  }

  async answer() {
    try {
      const response = await fetch(this.form.action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(new FormData(this.form)),
      });
      const isOurs = (response.headers.get("Content-Type") || "").startsWith("application/json");
      return isOurs && !response.redirected ? await response.json() : {};
    } catch {
      return { error: this.form.dataset.failure };
    }
  }

  showTranslation() {
    this.result.innerHTML = this.html;
    this.body.hidden = true;
    this.label.textContent = this.label.dataset.original;
  }

  showOriginal() {
    this.result.replaceChildren();
    this.body.hidden = false;
    this.label.textContent = this.ask;
  }

  showFailure(text) {
    const line = this.box.ownerDocument.createElement("p");
    line.className = "translation__failure";
    line.textContent = text;
    this.result.replaceChildren(line);
  }
}

export function bindTranslations(root) {
  root.querySelectorAll("[data-translation]").forEach((box) => {
    const form = box.querySelector("[data-translation-form]");
    if (!form) {
      return; // translated by the server already
    }
    const translation = new Translation(box, form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      translation.press();
    });
  });
}
