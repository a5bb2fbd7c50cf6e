// A draft per person in this browser. It survives reload and log-out, and goes once the server has taken the post.
const PREFIX = "microblog-draft-";
const SENT = "microblog-sent-";

function storage() {
  try {
    return window.localStorage;
  } catch {
    return null; // a browser that keeps nothing
  }
}

export function draftFor(person) {
  const store = storage();
  const key = PREFIX + person;
  const sentKey = SENT + person;
  // What was sent is forgotten when the page after it says that it was taken.
  if (store && store.getItem(sentKey) !== null) {
    if (document.querySelector(".flash--success") && store.getItem(key) === store.getItem(sentKey)) {
      store.removeItem(key);
    }
    store.removeItem(sentKey);
  }
  return {
    read: () => (store && store.getItem(key)) || "",
    write: (text) => store && (text ? store.setItem(key, text) : store.removeItem(key)),
    sent: (text) => {
      if (store) {
        store.setItem(key, text);
        store.setItem(sentKey, text);
      }
    },
  };
}
