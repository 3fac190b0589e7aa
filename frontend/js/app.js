// Everything the pages run. Pages work without it (UX-06); here they become smoother.
import "htmx.org";
import "./choosing.js";
import "./counting.js";
import "./dialogs.js";
import "./errors.js";
import "./keys.js";
import "./live.js";
import "./palette.js";
import "./passkeys.js";
import "./preferences.js";
import "./tables.js";
import "./ticks.js";
import "./toasts.js";

document.documentElement.dataset.script = "";
