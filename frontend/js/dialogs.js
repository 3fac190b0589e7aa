// Native dialogs, opened by whatever says data-dialog="id"; focus returns to it on close (UX-33, UX-72).
// Links that open one lead to a page that does the same without script.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener && !event.ctrlKey && !event.metaKey) open(event, opener);
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  if (event.target.matches("dialog")) event.target.close();
});

function open(event, opener) {
  const dialog = document.getElementById(opener.dataset.dialog);
  if (!dialog) return;
  event.preventDefault();
  dialog.addEventListener("close", () => opener.isConnected && opener.focus(), { once: true });
  show(dialog);
}

export function show(dialog) {
  if (dialog.open) return;
  dialog.showModal();
  dialog.querySelector("[data-first]")?.focus();
}

// The copy button of ids and JSON.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
  const words = button.querySelector("[data-words]");
  const before = words.textContent;
  words.textContent = button.dataset.done;
  setTimeout(() => { words.textContent = before; }, 2000);
});

// A panel asks for what it lists when it opens.
document.addEventListener("toggle", (event) => {
  if (event.newState === "open") event.target.querySelector("[hx-trigger^=opened]")?.dispatchEvent(new CustomEvent("opened"));
}, true);

// A form in a panel was sent: the panel has done its work. A button that was disabled meanwhile gets the focus back.
let pressed;
document.addEventListener("submit", (event) => { pressed = event.submitter; }, true);
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const panel = ctx.sourceElement.matches("form") && ctx.sourceElement.closest("[popover]#sync-types");
  if (panel) panel.hidePopover();
  else if (pressed?.isConnected && document.activeElement === document.body) setTimeout(() => pressed.focus());
});
