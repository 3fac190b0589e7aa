// Shortcuts (UX-71): Ctrl/⌘ K, "/", "?", and "g" with a letter. Single keys are off inside fields and can be turned off.
import { show } from "./dialogs.js";

const isField = (target) => target.closest("input, textarea, select, [contenteditable]");
const singleKeysAreOff = () => document.body.dataset.keys === "off";
let wentAt = 0;

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") return act(event, openPalette);
  if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target) || singleKeysAreOff()) return;
  if (document.querySelector("dialog:modal")) return;
  if (event.key === "/") return act(event, focusSearch);
  if (event.key === "?") return act(event, () => show(document.getElementById("keys")));
  if (event.key === "g") { wentAt = Date.now(); return; }
  if (Date.now() - wentAt < 1500) go(event);
  wentAt = 0;
});

function act(event, what) {
  event.preventDefault();
  what();
}

function openPalette() {
  const palette = document.getElementById("palette");
  if (palette) show(palette);
}

function focusSearch() {
  const field = document.querySelector("main input[type=search]");
  if (field) { field.focus(); field.select(); } else openPalette();
}

function go(event) {
  const link = document.querySelector(`.side [data-key="${CSS.escape(event.key)}"]`);
  if (link) act(event, () => link.click());
}
