// Full times in the visitor's own time zone; the short ones stay as the server wrote them.
export function showLocalTimes(root) {
  const format = new Intl.DateTimeFormat(root.documentElement.lang, { dateStyle: "full", timeStyle: "short" });
  root.querySelectorAll("[data-time]").forEach((time) => {
    time.title = format.format(new Date(time.dateTime));
  });
}
