// A second click on the button of a form that is being sent does nothing. Without this the server answers both alike.
const PATIENCE = 10_000;

function release(form) {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
}

function guard(event) {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) {
    return; // a question may be asked again; a script that sends the form itself says when it is done
  }
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "true";
  form.setAttribute("aria-busy", "true");
  // If no page came, because of the network or the Stop button, the form can be sent again.
  setTimeout(() => release(form), PATIENCE);
}

export function guardForms(root) {
  root.addEventListener("submit", guard);
  // Coming back by the browser's history shows the page as it was left.
  window.addEventListener("pageshow", () => root.querySelectorAll("form[data-sent]").forEach(release));
}
