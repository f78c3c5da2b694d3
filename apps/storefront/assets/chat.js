// A conversation, live: what comes is added while one looks. Without this the page shows it when it is loaded again.
// Texts go in as text alone; addresses of pictures are put together here from names that are checked.

const log = document.querySelector("[data-room]");
const list = log.querySelector("ol");
const api = log.dataset.room;
let after = Number(log.dataset.after);
let vendorRead = 0;

const POLL_MS = 5000;
const FAILURES_MAX = 3;

const own = (message) => message.from === "customer";
const when = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function picture(url, alt) {
  const link = element("a", "say-picture");
  const image = document.createElement("img");
  link.href = image.src = url;
  image.alt = alt || "A picture that was sent";
  link.append(image);
  return link;
}

function localTime(time) {
  const at = new Date(time.dateTime);
  if (!Number.isNaN(at.getTime())) time.textContent = when.format(at);
}

function entry(message) {
  const item = element("li", own(message) ? "say say-own" : "say");
  item.dataset.id = message.id;
  item.dataset.sent = message.sent_ms;
  const who = { customer: "You", moderator: "Kiosk" }[message.from] ?? log.dataset.seller;
  item.append(element("p", "say-who", who));
  const gone = !message.text && message.pictures.length === 0;
  item.append(gone ? element("p", "say-gone", "A moderator removed this message.") : element("p", "say-text", message.text));
  for (const { file, alt } of message.pictures) {
    if (/^[0-9a-f]{64}\.[a-z]{3,4}$/.test(file)) item.append(picture(`/media/${file}`, alt));
  }
  const foot = element("p", "say-when");
  const time = document.createElement("time");
  time.dateTime = new Date(message.sent_ms).toISOString();
  localTime(time);
  foot.append(time);
  if (own(message)) foot.append(" · ", element("span", "say-mark", message.state === "read" ? "Seen" : "Delivered"));
  item.append(foot);
  return item;
}

function add(message) {
  if (message.number === null) return;
  after = Math.max(after, message.number);
  const known = list.querySelector(`[data-id="${CSS.escape(message.id)}"]`);
  const fresh = entry(message);
  if (known) known.replaceWith(fresh);
  else list.append(fresh);
  document.getElementById("silent")?.remove();
  if (!own(message) && document.visibilityState === "visible") {
    fetch(`${log.dataset.page}/read`, { method: "POST" }).catch(() => {});
  }
}

function mark(room) {
  if (room.vendor_read_ms > vendorRead) {
    vendorRead = room.vendor_read_ms;
    for (const item of list.querySelectorAll(".say-own")) {
      const label = item.querySelector(".say-mark");
      if (Number(item.dataset.sent) <= vendorRead && label?.textContent === "Delivered") label.textContent = "Seen";
    }
  }
  const open = document.querySelector("form#write") !== null;
  // The form comes and goes with the page; what is being written is not thrown away.
  if (open === Boolean(room.closed_by) && !document.getElementById("text")?.value) location.reload();
}

// The fallback, where events do not get through.
async function poll() {
  try {
    const response = await fetch(`${api}?after=${after}`, { headers: { accept: "application/json" } });
    if (response.ok) {
      const { room, messages } = await response.json();
      messages.forEach(add);
      mark(room);
    }
    if (response.status === 401 || response.status === 404) return;
  } catch {
    // Away for a moment: the next look may find it.
  }
  setTimeout(poll, POLL_MS);
}

function listen() {
  const events = new EventSource(`${api}/events?after=${after}`);
  let failures = 0;
  events.addEventListener("open", () => (failures = 0));
  events.addEventListener("message", (event) => add(JSON.parse(event.data)));
  events.addEventListener("room", (event) => mark(JSON.parse(event.data)));
  events.addEventListener("error", () => {
    // The server ends each stream after some seconds, and the browser connects anew by itself.
    failures += 1;
    if (events.readyState !== EventSource.CLOSED && failures < FAILURES_MAX) return;
    events.close();
    setTimeout(poll, POLL_MS);
  });
}

document.querySelectorAll("time").forEach(localTime);
if (log.dataset.live) {
  if (window.EventSource) listen();
  else poll();
}
