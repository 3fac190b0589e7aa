// Toasts: eight seconds, stopped while hovered or focused, at most three, a twin replaces its twin (UX-62).
// Their words are put into a status element that was on the page from the start, or, while a modal
// dialog is open, into the dialog's own (UX-63).
const LASTS = 8000;
const AT_MOST = 3;
const waiting = [];
const region = document.getElementById("toasts");

export function announce(words) {
  waiting.push(words);
  if (waiting.length === 1) speak();
}

// One after the other, so that nothing is cut off by what comes next.
function speak() {
  const dialog = document.querySelector("dialog:modal");
  const status = dialog?.querySelector("[role=status]") ?? document.getElementById("toast-status");
  status.textContent = "";
  setTimeout(() => { status.textContent = waiting[0]; }, 60);
  setTimeout(() => { waiting.shift(); if (waiting.length) speak(); }, 1500);
}

function arrive(toast) {
  const words = toast.querySelector(".toast-words").innerText.replace(/\s+/g, " ").trim();
  for (const other of region.children) {
    if (other !== toast && other.dataset.key === toast.dataset.key) other.remove();
  }
  while (region.children.length > AT_MOST) region.firstElementChild.remove();
  announce(words);
  lastFor(toast, LASTS);
}

function lastFor(toast, left) {
  let timer, since;
  const run = () => { since = performance.now(); timer = setTimeout(() => toast.remove(), left); };
  const hold = () => { clearTimeout(timer); left -= performance.now() - since; };
  const again = () => { if (!toast.matches(":hover") && !toast.contains(document.activeElement)) run(); };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", again);
  toast.addEventListener("focusout", () => setTimeout(again));
  run();
}

if (region) {
  for (const toast of [...region.children]) arrive(toast);
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1) arrive(node);
  }).observe(region, { childList: true });
  region.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss]")) event.target.closest(".toast").remove();
  });
}
