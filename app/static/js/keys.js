import { openPost } from "./open.js";

// Keyboard shortcuts; not while typing, and not when somebody has switched them off.
const SETTING = "microblog-keys";
const CHORD_MILLISECONDS = 1500;

function enabled() {
  try {
    return window.localStorage.getItem(SETTING) !== "off";
  } catch {
    return true;
  }
}

function typing(target) {
  return target.closest("input, textarea, select, dialog, [contenteditable]") !== null;
}

function step(root, direction) {
  const posts = [...root.querySelectorAll("[data-post]")];
  const here = posts.indexOf(root.activeElement && root.activeElement.closest("[data-post]"));
  const next = posts[here + direction] || (here < 0 ? posts[0] : null);
  if (next) {
    next.focus();
  }
}

function follow(root, place) {
  const link = root.querySelector(`[data-place="${place}"]`);
  if (link) {
    link.click();
  }
}

function write(root) {
  const text = root.querySelector("[data-composer-text]");
  if (text) {
    text.focus();
  } else {
    window.location.assign(`${root.querySelector(".brand").href}#post`);
  }
}

function search(root) {
  const box = [...root.querySelectorAll("[data-search]")].find((input) => input.offsetParent !== null);
  if (box) {
    box.focus();
  } else {
    follow(root, "s");
  }
}

function bindDialog(root, dialog) {
  const setting = dialog.querySelector("[data-keys-on]");
  setting.checked = enabled();
  setting.addEventListener("change", () => {
    window.localStorage.setItem(SETTING, setting.checked ? "on" : "off");
  });
  root.querySelectorAll("[data-keys-open]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => dialog.showModal());
  });
  // A click beside the dialog hits its backdrop, which counts as the dialog.
  dialog.addEventListener("click", (event) => {
    const box = dialog.getBoundingClientRect();
    const across = event.clientX >= box.left && event.clientX <= box.right;
    if (event.target === dialog && !(across && event.clientY >= box.top && event.clientY <= box.bottom)) {
      dialog.close();
    }
  });
}

export function bindKeys(root) {
  const dialog = root.querySelector("[data-keys]");
  if (!dialog) {
    return;
  }
  bindDialog(root, dialog);
  const actions = {
    n: () => write(root),
    "/": () => search(root),
    j: () => step(root, 1),
    k: () => step(root, -1),
    o: () => openPost(root.activeElement && root.activeElement.closest("[data-post]")),
    "?": () => dialog.showModal(),
  };
  let chordUntil = 0;
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !enabled()) {
      return;
    }
    if (event.key === "Enter") {
      // On the post itself: a link in it is followed by the browser.
      openPost(event.target.matches("[data-post]") ? event.target : null);
    } else if (event.timeStamp < chordUntil) {
      chordUntil = 0;
      follow(root, event.key);
    } else if (event.key === "g") {
      chordUntil = event.timeStamp + CHORD_MILLISECONDS;
    } else if (event.key in actions) {
      event.preventDefault();
      actions[event.key]();
    }
  });
}
