// Elapsed time ticks here; the server is not asked and nothing is announced (UX-66).
function clock(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

// The browser's clock may differ from the server's: what counts is how long ago the server said it was.
const seen = new WeakMap();

export function tick() {
  for (const time of document.querySelectorAll("time[data-since]")) {
    let start = seen.get(time);
    if (!start || start.since !== time.dataset.since) {
      const already = Number(time.getAttribute("datetime").slice(2, -1));
      start = { since: time.dataset.since, at: Date.now() - already * 1000 };
      seen.set(time, start);
    }
    const words = clock(Math.max(0, Math.floor((Date.now() - start.at) / 1000)));
    if (time.textContent !== words) time.textContent = words;
  }
}

tick();
setInterval(tick, 1000);
