// Logs in with passkeys and adds them, where the browser can: the forms are hidden until then. What the device answers is
// sent as a form like any other, so the pages say what became of it.

const words = {
  NotAllowedError: "Nothing was done: it was cancelled, or it took too long.",
  InvalidStateError: "This device has a passkey for your account already.",
};

// Passkeys are for a domain, which an address of digits is not.
const hasDomain = !/^(\[.*\]|[\d.]+)$/.test(location.hostname);
const can = isSecureContext && hasDomain && window.PublicKeyCredential?.parseCreationOptionsFromJSON;

if (can) {
  for (const part of document.querySelectorAll("[data-passkeys], [data-passkey]")) part.hidden = false;
  for (const form of document.querySelectorAll("[data-passkey]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      button.disabled = true;
      say(form, "");
      ask(form)
        .catch((error) => say(form, words[error.name] ?? error.message))
        .finally(() => (button.disabled = false));
    });
  }
}

function say(form, text) {
  form.querySelector("[role=alert]").textContent = text;
}

async function ask(form) {
  const { passkey: verb, options } = form.dataset;
  const body = new URLSearchParams(new FormData(form));
  const response = await fetch(options, { method: "POST", body, headers: { accept: "application/json" } });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.message ?? "That did not work. Please try again in a moment.");
  const publicKey =
    verb === "create"
      ? PublicKeyCredential.parseCreationOptionsFromJSON(answer)
      : PublicKeyCredential.parseRequestOptionsFromJSON(answer);
  const credential = await navigator.credentials[verb]({ publicKey });
  form.elements.credential.value = JSON.stringify(credential.toJSON());
  const password = form.elements["passkey-password"];
  if (password) password.value = "";
  form.submit();
}
