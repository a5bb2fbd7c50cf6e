// What is wrong with a form is the first thing to hear about after it came back.
export function focusSummary(root) {
  const summary = root.querySelector("[data-summary]");
  if (summary) {
    summary.focus();
  }
}
