// Lists: filters apply at once, the address stays clean, focus and scroll stay where they are (UX-12 to UX-14, UX-42).
const PATIENCE = 300;

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  const form = ctx.sourceElement.closest("form[data-filters]");
  if (!form) return;
  for (const [name, value] of [...ctx.request.body.entries()]) if (!value) ctx.request.body.delete(name);
  const typed = ctx.sourceEvent.target?.type === "search";
  if (typed && ctx.sourceEvent.type === "change") event.preventDefault();
  if (typed) { ctx.push = "false"; ctx.replace = "true"; }
});

let timer;
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const region = ctx.target?.closest?.(".region");
  if (!region) return;
  clearTimeout(timer);
  timer = setTimeout(() => region.setAttribute("aria-busy", "true"), PATIENCE);
});
document.addEventListener("htmx:finally:request", () => {
  clearTimeout(timer);
  document.querySelector(".region[aria-busy]")?.removeAttribute("aria-busy");
});

// A morph changes which option is chosen by default; a field that was used has to be told.
document.addEventListener("htmx:after:swap", () => {
  for (const select of document.querySelectorAll("form[data-filters] select")) {
    const chosen = [...select.options].find((option) => option.defaultSelected);
    if (document.activeElement !== select || !chosen) select.value = chosen?.value ?? "";
  }
});
