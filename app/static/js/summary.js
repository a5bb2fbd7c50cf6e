// What is wrong with a form is the first thing to hear about after it came back.
export function focusSummary(root) {
  const place = root.querySelector("[data-summary]") || root.querySelector("[data-wrong]");
  if (place) {
    place.focus();
  }
}
