// Fields of several lines grow with their text. Style sheets do that where browsers know `field-sizing`; elsewhere this does.
function fit(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
}

export function growFields(root) {
  if (CSS.supports("field-sizing", "content")) {
    return;
  }
  const fields = [...root.querySelectorAll("textarea")];
  fields.forEach((field) => {
    field.addEventListener("input", () => fit(field));
    fit(field);
  });
  window.addEventListener("resize", () => fields.forEach(fit));
}
