// Loads the islands when the browser is idle, and spares it full page loads where a form or link says so.
// Everything here is an extra: without it the same forms and links lead to the same pages.

const script = document.querySelector("script[data-islands]");
let islands = null;

async function load() {
  const module = await import(script.dataset.islands);
  await module.default({ module_or_path: script.dataset.wasm });
  module.hydrate();
  islands = module;
  hydrate(document);
  document.documentElement.classList.add("js");
}

function hydrate(root) {
  for (const element of root.querySelectorAll("leptos-island")) {
    islands?.[element.dataset.component]?.(element);
  }
}

// One request after the other: answers cannot overtake each other and bring an older cart back.
let last = Promise.resolve();

function swap(url, init, otherwise) {
  last = last.then(() => fetchAndSwap(url, init)).catch(otherwise);
}

async function fetchAndSwap(url, init) {
  document.body.ariaBusy = "true";
  try {
    const response = await fetch(url, init);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const main = page.getElementById("main");
    if (!main) throw new Error("not a page of this shop");
    const focused = document.activeElement?.id;
    document.title = page.title;
    replace(document.getElementById("main"), main);
    replace(document.getElementById("cart"), page.getElementById("cart"));
    history.replaceState(null, "", response.url);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    const said = document.querySelector("[data-say]")?.textContent;
    if (said) document.getElementById("said").textContent = said;
  } finally {
    document.body.ariaBusy = null;
  }
}

function replace(old, fresh) {
  if (!old || !fresh) return;
  old.replaceWith(fresh);
  hydrate(fresh);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-swap]");
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  swap(link.href, {}, () => location.assign(link.href));
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.matches("[data-once]")) {
    // The second press of an impatient finger; the idempotency key guards against all others.
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    form.querySelector("button")?.setAttribute("aria-disabled", "true");
  }
  if (!form.matches("[data-swap]")) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form));
  swap(form.action, { method: "POST", body }, () => form.submit());
});

// A page that comes back from the browser's memory, as after the provider's page of a payment, may be sent again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("[data-once]")) {
    delete form.dataset.sent;
    form.querySelector("button")?.removeAttribute("aria-disabled");
  }
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-auto]") && event.target.matches("select, [type=checkbox]")) form.requestSubmit();
});

// A page that comes back from the history can be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("button")?.removeAttribute("aria-disabled");
  }
});

if (document.querySelector("leptos-island")) {
  // Safari has no requestIdleCallback.
  const idle = window.requestIdleCallback ?? ((run) => setTimeout(run, 200));
  idle(() => load().catch((error) => console.warn("islands stay still:", error)), { timeout: 2000 });
}
