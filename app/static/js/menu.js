// Menus close by Escape, by a click elsewhere, and when the keyboard leaves them; only one is open. Without this the
// browser sees to the last one (they have one name), and the button closes its menu.
function close(menu, takeFocus) {
  if (menu.open) {
    menu.open = false;
    if (takeFocus) {
      menu.querySelector("summary").focus();
    }
  }
}

export function bindMenus(root) {
  const opened = () => root.querySelectorAll("[data-menu][open]");
  const closeOthers = (target) => opened().forEach((menu) => {
    if (!menu.contains(target)) {
      close(menu, false);
    }
  });
  root.addEventListener("pointerdown", (event) => closeOthers(event.target));
  root.addEventListener("focusin", (event) => closeOthers(event.target));
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      opened().forEach((menu) => close(menu, true));
    }
  });
  // `toggle` does not bubble.
  root.addEventListener("toggle", (event) => {
    if (event.target.open && event.target.matches("[data-menu]")) {
      closeOthers(event.target);
    }
  }, true);
}
