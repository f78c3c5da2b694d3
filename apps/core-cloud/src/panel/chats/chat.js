// A vendor's chat, live: whenever the core says that something changed, the page is loaded once more behind the one that is
// shown, and what is new in it is taken over. Without this the page shows it when it is loaded again.

const log = document.querySelector("[data-live]");
const page = log.dataset.live;
const read = document.getElementById("read");

const POLL_MS = 5000;
const FAILURES_MAX = 3;

let loading = false;
let stale = false;

/** What is being written is not thrown away. */
function isWriting() {
  const files = document.getElementById("file")?.files;
  return Boolean(document.getElementById("text")?.value) || (files?.length ?? 0) > 0;
}

const isOpen = (shown) => shown.querySelector("form#write") !== null;

function show(fresh) {
  const list = fresh.querySelector("[data-live] ol");
  const known = log.querySelector("ol");
  if (list && !known) log.replaceChildren(document.adoptNode(list));
  for (const item of known && list ? [...list.children] : []) {
    const old = known.querySelector(`[data-id="${CSS.escape(item.dataset.id)}"]`);
    if (!old) known.append(document.adoptNode(item));
    else if (old.innerHTML !== item.innerHTML) old.replaceWith(document.adoptNode(item));
  }
  const mark = fresh.getElementById("read")?.textContent ?? "";
  if (read.textContent !== mark) read.textContent = mark;
  // The form comes and goes with the page.
  if (isOpen(document) !== isOpen(fresh) && !isWriting()) location.reload();
}

async function load() {
  const response = await fetch(page, { headers: { accept: "text/html" } });
  // Logged out, or the room is no longer this vendor's: the page itself says so.
  if (response.redirected || response.status === 403 || response.status === 404) location.reload();
  else if (response.ok) show(new DOMParser().parseFromString(await response.text(), "text/html"));
  else throw new Error(`the room was answered with ${response.status}`);
}

async function refresh() {
  stale = true;
  // To load a room is to have read it, so it is not loaded while nobody looks.
  if (loading || document.visibilityState !== "visible") return;
  loading = true;
  try {
    while (stale && document.visibilityState === "visible") {
      stale = false;
      await load();
    }
  } catch {
    // Away for a moment: a later look may find it.
    setTimeout(refresh, POLL_MS);
  } finally {
    loading = false;
  }
}

// The fallback, where events do not get through.
async function poll() {
  await refresh();
  setTimeout(poll, POLL_MS);
}

function listen() {
  const events = new EventSource(`${page}/events?seen=${encodeURIComponent(log.dataset.seen)}`);
  let failures = 0;
  events.addEventListener("open", () => (failures = 0));
  events.addEventListener("room", refresh);
  events.addEventListener("error", () => {
    // The server ends each stream after some seconds, and the browser connects anew by itself.
    failures += 1;
    if (events.readyState !== EventSource.CLOSED && failures < FAILURES_MAX) return;
    events.close();
    poll();
  });
}

document.addEventListener("visibilitychange", () => {
  if (stale) refresh();
});
document.getElementById("again")?.remove();
if (window.EventSource) listen();
else poll();
