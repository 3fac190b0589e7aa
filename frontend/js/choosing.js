// Choosing rows (UX-15, UX-16). The boxes are those of a form; here its bar follows them.
// What was chosen is forgotten when another page, order or filter is shown, and kept when the same one comes anew.
let place;

const bar = () => document.getElementById("bulk");
const boxes = () => [...document.querySelectorAll("td.pick input[form=bulk]")];
const wholes = () => [...document.querySelectorAll("[data-choose-page]")];
const fill = (words, ...numbers) => words.replace(/\{(\d)\}/g, (_, at) => numbers[at]);

function follow() {
  const form = bar();
  if (!form) return;
  const every = boxes(), chosen = every.filter((box) => box.checked);
  const isWhole = every.length > 0 && chosen.length === every.length;
  for (const whole of wholes()) {
    whole.checked = isWhole;
    whole.indeterminate = chosen.length > 0 && !isWhole;
  }
  const matching = offer(form, isWhole);
  form.hidden = !chosen.length;
  tell(form.querySelector("[data-chosen]"), matching, chosen.length);
  for (const button of form.querySelectorAll("[data-action]")) fit(button, chosen, matching);
}

// With the whole page chosen, all that match can be: then the filter is sent and not the ids.
function offer(form, isWhole) {
  const box = form.querySelector("[data-matching]");
  if (!box) return false;
  box.closest("[data-offer]").hidden = !isWhole;
  if (!isWhole) box.checked = false;
  for (const field of form.querySelectorAll("[data-filter]")) field.disabled = !box.checked;
  for (const one of boxes()) one.toggleAttribute("data-left-out", box.checked);
  return box.checked;
}

function tell(words, matching, number) {
  const text = matching ? words.dataset.allWords : number ? fill(words.dataset.words, number) : "";
  if (words.textContent !== text) words.textContent = text;
}

function fit(button, chosen, matching) {
  const words = document.getElementById(button.getAttribute("aria-describedby"));
  const fitting = chosen.filter((box) => box.dataset.fits.split(" ").includes(button.dataset.action)).length;
  words.textContent = matching || fitting === chosen.length ? "" : fill(words.dataset.words, fitting, chosen.length);
  button.disabled = !matching && !fitting;
}

function choose(isChosen) {
  for (const box of boxes()) box.checked = isChosen;
  follow();
}

document.addEventListener("change", ({ target }) => {
  if (target.matches?.("[data-choose-page]")) choose(target.checked);
  else if (target.matches?.("td.pick input, [data-matching]")) follow();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-choose-none]")) return;
  choose(false);
  wholes().find((whole) => whole.checkVisibility())?.focus();
});
// The filter stands for what it matches: the boxes themselves are not sent beside it.
document.addEventListener("formdata", ({ target, formData }) => {
  if (target.id === "bulk" && formData.has("matching")) formData.delete(boxes()[0]?.name);
});
document.addEventListener("htmx:after:swap", again);

function again() {
  const now = bar()?.dataset.place;
  if (now !== place) choose(false);
  place = now;
  follow();
}

again();
