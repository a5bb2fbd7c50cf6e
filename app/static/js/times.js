// Full times in the time zone that the reader chose, else in the device's; the short ones stay as the server wrote them.
export function showLocalTimes(root) {
  const format = new Intl.DateTimeFormat(root.documentElement.lang, {
    dateStyle: "full",
    timeStyle: "short",
    timeZone: root.body.dataset.timeZone,
  });
  root.querySelectorAll("[data-time]").forEach((time) => {
    time.title = format.format(new Date(time.dateTime));
  });
}
