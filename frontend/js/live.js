// Parts that follow the server: the active-operations widget and a run's page (UX-64 to UX-69).
//
// <div data-live="/address" data-tag="…" data-every="2"> is asked again while the tab is seen, with the
// tag of what it shows. 304 touches nothing. An answer replaces it by morphing, so that focus stays.
// `data-every` comes with each answer: 2 s while something is active, 15 s when nothing is, absent at the end.
import { announce } from "./toasts.js";
import { tick } from "./ticks.js";

const PATIENCE = 3;
const SLOWEST = 30;

class Follower {
  constructor(id) {
    this.id = id;
    this.failures = 0;
    this.plan();
  }

  get part() { return document.getElementById(this.id); }

  get wait() {
    const every = Number(this.part?.dataset.every);
    return every ? Math.min(SLOWEST, every * 2 ** Math.max(0, this.failures - 1)) : 0;
  }

  plan() {
    clearTimeout(this.timer);
    if (this.wait && !document.hidden) this.timer = setTimeout(() => this.ask(), this.wait * 1000);
  }

  async ask() {
    clearTimeout(this.timer);
    if (this.asking || !this.part?.dataset.every || document.hidden) return;
    this.asking = true;
    try {
      await this.take(await fetch(this.part.dataset.live, { headers: this.headers(), cache: "no-store", credentials: "same-origin" }));
    } catch {
      this.failed();
    } finally {
      this.asking = false;
      this.plan();
    }
  }

  headers() {
    return { "HX-Request": "true", "HX-Current-URL": location.href, "If-None-Match": `"${this.part.dataset.tag}"` };
  }

  async take(response) {
    if (response.status === 401) return location.assign(response.headers.get("HX-Redirect") ?? "/");
    if (response.status !== 200 && response.status !== 304) return this.failed();
    this.failures = 0;
    this.pause(false);
    if (response.status === 200) await this.replace(await response.text());
  }

  async replace(text) {
    const before = states(this.part);
    const opened = new Set([...this.part.querySelectorAll("details[open]")].map((details) => details.id));
    await htmx.swap({ text, target: this.part, sourceElement: this.part, swap: "outerMorph" });
    for (const details of this.part.querySelectorAll("details[id]")) details.open = opened.has(details.id) || isFresh(details, before);
    tell(before, states(this.part));
    tick();
    if (this.id === "run") document.dispatchEvent(new CustomEvent("run-changed"));
  }

  failed() {
    this.failures += 1;
    if (this.failures >= PATIENCE) this.pause(true);
  }

  pause(isPaused) {
    const words = this.part?.querySelector("[data-paused]");
    if (words) words.hidden = !isPaused;
  }
}

// A start, a change of state and an end are said once each, politely; progress is not (UX-66).
function states(part) {
  const state = (run) => ({ ...run.dataset, tenant: tenantOf(run.getAttribute("href") ?? "") });
  return new Map([...part.querySelectorAll("[data-run]")].map((run) => [run.dataset.run, state(run)]));
}

function tell(before, after) {
  const changed = [...after].filter(([run, now]) => before.get(run)?.state !== now.state).map(([, now]) => `${now.name} ${now.says}`);
  const ended = [...before].filter(([run]) => !after.has(run)).map(([, was]) => was);
  const words = [...changed, ...ended.map((was) => document.body.dataset.ended.replace("{}", was.name))].join(". ");
  if (words) announce(words);
  if (ended.length) {
    document.dispatchEvent(new CustomEvent("run-ended"));
    if (ended.some(isShownHere)) outdate();
  }
}

function tenantOf(address) {
  return /^\/admin\/t\/([^/]+)\//.exec(address)?.[1];
}

// A page of a tenant shows nothing of another one's runs.
function isShownHere(run) {
  const here = tenantOf(location.pathname);
  return !here || !run.tenant || run.tenant === here;
}

// A part of the page is asked for again when something has ended, and at most every ten seconds however much ends
// meanwhile: with a thousand tenants something ends all the time.
const CALM = 10_000;
let outdatedAt = -CALM;
let outdating;

function outdate() {
  if (outdating) return;
  const wait = Math.max(0, outdatedAt + CALM - performance.now());
  outdating = setTimeout(() => {
    outdating = undefined;
    outdatedAt = performance.now();
    document.dispatchEvent(new CustomEvent("page-outdated"));
  }, wait);
}

// The widget is drawn folded or not as the person left it, and folded on narrow screens.
function isFresh(details, before) {
  return details.id === "activity-fold" && before.size === 0 && wantsOpen();
}

function wantsOpen() {
  const left = localStorage.getItem("activity");
  return left ? left === "open" : matchMedia("(width >= 60rem)").matches;
}

function fold() {
  const details = document.getElementById("activity-fold");
  if (details) details.open = wantsOpen();
}

document.addEventListener("click", (event) => {
  const summary = event.target.closest("#activity-fold > summary");
  if (summary) localStorage.setItem("activity", summary.parentElement.open ? "folded" : "open");
});

fold();
const followers = [...document.querySelectorAll("[data-live]")].map((part) => new Follower(part.id));
const askAll = () => followers.forEach((follower) => follower.ask());
document.addEventListener("visibilitychange", () => (document.hidden ? followers.forEach((follower) => clearTimeout(follower.timer)) : askAll()));
document.addEventListener("operation-queued", askAll);
