// Forms with data-passkey send what the browser's passkey answers to the challenge that the page holds.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-passkey]");
  if (!form || form.elements.credential.value) return;
  event.preventDefault();
  const failure = form.querySelector("[data-passkey-failure]");
  failure.hidden = true;
  try {
    form.elements.credential.value = JSON.stringify(await ANSWERS[form.dataset.passkey](options(form)));
    form.submit();
  } catch {
    failure.hidden = false;
  }
});

const ANSWERS = {
  create: (publicKey) => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) }),
  get: (publicKey) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) }),
};

const options = (form) => JSON.parse(form.querySelector("script[type='application/json']").textContent).publicKey;
