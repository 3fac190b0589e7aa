// The command palette: arrows move through what the server found, Enter opens it.
const palette = document.getElementById("palette");
const input = palette?.querySelector("input");
const options = () => [...palette.querySelectorAll("a[role=option]")];

function choose(index) {
  const found = options();
  found.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
  input.setAttribute("aria-activedescendant", found[index]?.id ?? "");
  found[index]?.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const found = options();
  if (!found.length) return;
  const at = found.findIndex((option) => option.getAttribute("aria-selected") === "true");
  choose((at + step + found.length) % found.length);
}

if (palette) {
  palette.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (steps[event.key]) { event.preventDefault(); move(steps[event.key]); }
    if (event.key === "Enter" && event.target === input) {
      event.preventDefault();
      (options().find((option) => option.getAttribute("aria-selected") === "true") ?? options()[0])?.click();
    }
  });
  palette.addEventListener("htmx:after:swap", () => choose(0));
  palette.addEventListener("toggle", () => {
    if (palette.open) { input.select(); htmx.trigger(input, "search-now"); }
  });
}
