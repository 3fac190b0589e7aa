// Nothing that a script asked for fails in silence: the answer's words are shown in place (UX-35, UX-43).
const place = () => document.querySelector("dialog:modal [data-error]") ?? document.getElementById("page-error");

function show(html) {
  const where = place();
  if (!where) return;
  where.innerHTML = html;
  where.hidden = false;
}

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.response.status === 401) return;
  if (!ctx.text.includes("hx-partial")) show(ctx.text);
});
document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  const words = document.getElementById("offline-words");
  if (ctx && words) show(words.innerHTML);
});
document.addEventListener("htmx:before:request", () => {
  const where = place();
  if (where) where.hidden = true;
});
