// A button that copies a field or the text of an element, and says so. Without https browsers have no clipboard for pages:
// then it is selected, ready to be copied by hand.
function select(source) {
  if ("select" in source) {
    source.select();
  } else {
    window.getSelection().selectAllChildren(source);
  }
}

const textOf = (source) => ("value" in source && source.matches("input, textarea") ? source.value : source.innerText.trim());

async function copy(source) {
  select(source);
  try {
    await navigator.clipboard.writeText(textOf(source));
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

export function bindCopies(root) {
  root.querySelectorAll("[data-copy]").forEach((button) => {
    const source = root.getElementById(button.dataset.copy);
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    source.addEventListener("focus", () => select(source));
    button.addEventListener("click", async () => {
      if (await copy(source)) {
        button.textContent = button.dataset.copied;
      } else {
        source.focus();
      }
    });
  });
}
