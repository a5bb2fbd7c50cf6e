// How far a file is that the worker makes: asks the feed while the page is shown, and loads the page anew once there is
// something else to say.
const ASK_MILLISECONDS = 1500;
const NAME = "task_progress";
const DONE = 100;
const LOGGED_OUT = 401;

function show(box, percent) {
  box.querySelector("progress").value = percent;
  box.querySelector("[data-progress-number]").textContent = String(percent);
}

function noticeFor(box, notices) {
  return notices.find((notice) => notice.name === NAME && notice.data.task_id === box.dataset.progress);
}

export function watchProgress(root) {
  const box = root.querySelector("[data-progress]");
  if (!box) {
    return;
  }
  const again = () => window.setTimeout(ask, ASK_MILLISECONDS);
  const ask = async () => {
    const answer = root.hidden ? null : await fetch(box.dataset.feed).catch(() => null);
    if (answer && answer.status === LOGGED_OUT) {
      return;
    }
    const notice = answer && answer.ok ? noticeFor(box, await answer.json()) : null;
    if (notice && (notice.data.progress === DONE || notice.data.failed !== ("failed" in box.dataset))) {
      window.location.reload();
      return;
    }
    if (notice) {
      show(box, notice.data.progress);
    }
    again();
  };
  again();
}
