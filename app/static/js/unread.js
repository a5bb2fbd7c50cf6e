// Keeps the number of unread messages true while a page is open: asks now and then, seldom in a hidden tab.
const SHOWN_SECONDS = 20;
const HIDDEN_SECONDS = 300;
const NAME = "unread_message_count";

function show(link, count) {
  link.querySelector("[data-unread-count]").textContent = count > 99 ? "99+" : String(count);
  link.querySelector("[data-unread-badge]").hidden = count === 0;
}

export function watchUnread(root) {
  const link = root.querySelector("[data-unread]");
  if (!link) {
    return;
  }
  let since = 0;
  let timer = 0;
  const wait = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, 1000 * (root.hidden ? HIDDEN_SECONDS : SHOWN_SECONDS));
  };
  const ask = async () => {
    try {
      const answer = await fetch(`${link.dataset.unread}?since=${since}`);
      if (answer.status === 401) {
        return; // logged out: nothing more to ask
      }
      for (const notice of answer.ok ? await answer.json() : []) {
        since = Math.max(since, notice.timestamp);
        if (notice.name === NAME) {
          show(link, notice.data);
        }
      }
    } catch {
      // Away for a moment; the next time will tell.
    }
    wait();
  };
  root.addEventListener("visibilitychange", () => (root.hidden ? wait() : ask()));
  wait();
}
