// Passkeys: a form with data-passkey asks the browser for one, and sends what it answers.
"use strict";

const bytesOf = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const textOf = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const decoded = ({ publicKey }) => { // what the server asks, its base64 as bytes
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytesOf(one.id) }));
  const asked = { ...publicKey, challenge: bytesOf(publicKey.challenge) };
  if (publicKey.user) asked.user = { ...publicKey.user, id: bytesOf(publicKey.user.id) };
  if (publicKey.allowCredentials) asked.allowCredentials = named(publicKey.allowCredentials);
  if (publicKey.excludeCredentials) asked.excludeCredentials = named(publicKey.excludeCredentials);
  return { publicKey: asked };
};

const encoded = (credential) => { // what the passkey answers, its bytes as base64
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = textOf(credential.response[name]);
  }
  const { id, type, authenticatorAttachment } = credential;
  const clientExtensionResults = credential.getClientExtensionResults();
  return { id, type, authenticatorAttachment, clientExtensionResults, rawId: textOf(credential.rawId), response };
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const trouble = form.querySelector(".wrong-text[role=alert]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.hidden = true;
    try {
      const { options, optionsFrom, passkey } = form.dataset;
      const asked = options ? JSON.parse(options) : await (await fetch(optionsFrom, { credentials: "same-origin" })).json();
      const credential = await navigator.credentials[passkey](decoded(asked));
      form.elements.credential.value = JSON.stringify(encoded(credential));
      form.submit();
    } catch { // nobody touched it, or there is none for this site
      trouble.hidden = false;
    }
  });
}
