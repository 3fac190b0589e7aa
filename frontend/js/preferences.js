// The person's own preferences change before the server answers, and change back if it refuses (UX-37).
const apply = {
  theme(value) {
    if (value) document.documentElement.dataset.theme = value;
    else delete document.documentElement.dataset.theme;
  },
  keys(value) { document.body.dataset.keys = value; },
};

function current(name) {
  return name === "theme" ? document.documentElement.dataset.theme ?? "" : document.body.dataset.keys;
}

function press(form, value) {
  for (const button of form.querySelectorAll("button[aria-pressed]")) button.setAttribute("aria-pressed", String(button.value === value));
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-preference]");
  const name = form?.dataset.preference;
  if (!form || !event.submitter) return;
  event.preventDefault();
  const before = current(name), value = event.submitter.value;
  const data = new FormData(form, event.submitter);
  apply[name](value);
  press(form, value);
  const answer = await fetch(form.action, { method: "POST", body: data, headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) { apply[name](before); press(form, before); }
});
