// The number of policies that a form has chosen: all, whole types, single ones. Each is counted once.
function count(form) {
  const total = Number(form.dataset.total);
  if (form.querySelector("[data-whole]").checked) return total;
  const types = [...form.querySelectorAll("[data-count]:checked")];
  const whole = new Set(types.map((box) => box.value));
  const singles = [...form.querySelectorAll("[data-type]:checked")].filter((box) => !whole.has(box.dataset.type));
  const carried = Object.entries(JSON.parse(form.dataset.carried)).filter(([type]) => !whole.has(type));
  const sum = (numbers) => numbers.reduce((all, number) => all + Number(number), 0);
  return sum(types.map((box) => box.dataset.count)) + singles.length + sum(carried.map(([, number]) => number));
}

function follow(form) {
  const words = form.querySelector("[data-number]");
  const numbers = [count(form), Number(form.dataset.total)].map((number) => number.toLocaleString("en"));
  words.textContent = words.dataset.words.replace(/\{(\d)\}/g, (_, at) => numbers[at]);
}

document.addEventListener("change", ({ target }) => {
  const form = target.closest?.("form[data-count-chosen]");
  if (form) follow(form);
});
for (const form of document.querySelectorAll("form[data-count-chosen]")) follow(form);
