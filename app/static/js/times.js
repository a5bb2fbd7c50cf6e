// Dates and times in the time zone of the device: texts and tooltips alike. Where the reader has chosen a zone, the server
// has written them all in that one. How long ago something was is the same everywhere.
const FULL = { year: "numeric", month: "long", day: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" };
const DATE = { dateStyle: "medium" };

export function showLocalTimes(root) {
  const page = root.ownerDocument || root;
  if (page.body.dataset.timeZone) {
    return;
  }
  const full = new Intl.DateTimeFormat(page.documentElement.lang, FULL);
  const date = new Intl.DateTimeFormat(page.documentElement.lang, DATE);
  root.querySelectorAll("[data-time]").forEach((time) => {
    const moment = new Date(time.dateTime);
    if (time.dataset.time === "full") {
      time.textContent = full.format(moment);
      return;
    }
    time.title = full.format(moment);
    if (time.dataset.time === "date") {
      time.textContent = date.format(moment);
    }
  });
}
