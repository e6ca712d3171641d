// Asks the browser for a security key: to add one (create) or to sign in with one (request).
// What the key is asked stands in the page as JSON; what it answers goes back in the form's hidden field.

const bytesOf = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const withBytes = (keys = []) => keys.map((key) => ({ ...key, id: bytesOf(key.id) }));

function optionsToCreate({ publicKey }) {
  const user = { ...publicKey.user, id: bytesOf(publicKey.user.id) };
  const excludeCredentials = withBytes(publicKey.excludeCredentials);
  return { publicKey: { ...publicKey, challenge: bytesOf(publicKey.challenge), user, excludeCredentials } };
}

function optionsToRequest({ publicKey }) {
  const allowCredentials = withBytes(publicKey.allowCredentials);
  return { publicKey: { ...publicKey, challenge: bytesOf(publicKey.challenge), allowCredentials } };
}

function answerOf(credential) {
  const { response } = credential;
  const kept = { clientDataJSON: textOf(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) kept[name] = textOf(response[name]);
  }
  if (response.getTransports) kept.transports = response.getTransports();
  return {
    type: credential.type,
    id: credential.id,
    rawId: textOf(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: kept,
  };
}

const ask = {
  create: (options) => navigator.credentials.create(optionsToCreate(options.creation_options)),
  request: (options) => navigator.credentials.get(optionsToRequest(options.request_options)),
};

for (const box of document.querySelectorAll("[data-security-key]")) {
  const form = box.querySelector("form");
  const problem = box.querySelector("[role=alert]");
  const options = JSON.parse(document.getElementById("security-key-options").textContent);
  box.hidden = !window.PublicKeyCredential;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      form.elements.credential.value = JSON.stringify(answerOf(await ask[box.dataset.securityKey](options)));
      form.submit();
    } catch (error) {
      problem.textContent = `${box.dataset.errorSummary} ${error.message}`;
    }
  });
}
