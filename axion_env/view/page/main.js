// Reads the episodes, and what the reader does.

const narrow = matchMedia("(max-width: 760px)");
let only = null; // the one agent whose side is shown, by its place; null: all
let unfolded = false;

async function read() {
  const packed = Uint8Array.from(atob(byId("data").textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

function show() {
  const episode = list.shown[list.at];
  const main = byId("episode");
  main.replaceChildren(episode ? article(episode, only !== null && only < episode.agents.length ? only : null)
    : el("p", "soft", list.episodes.length ? "No episode passes these filters." : "There are no episodes."));
  if (unfolded) main.querySelectorAll("details").forEach((node) => { node.open = true; });
  main.scrollTop = 0;
}

function go(i) {
  if (!list.shown.length) return;
  list.at = Math.min(list.shown.length - 1, Math.max(0, i));
  reveal(list.at);
  drawRows();
  show();
  history.replaceState(null, "", `#${list.shown[list.at].line}`);
}

function filter() {
  const before = list.shown[list.at], want = wanted();
  list.shown = list.episodes.filter((episode) => passes(episode, want));
  list.at = Math.max(list.shown.length ? 0 : -1, list.shown.indexOf(before));
  summary();
  if (list.at >= 0) reveal(list.at);
  else byId("list").scrollTop = 0;
  drawRows();
  show();
}

const jump = (line) => { const i = list.shown.findIndex((episode) => episode.line === line); if (i >= 0) go(i); };

const KEYS = {
  j: () => go(list.at + 1), ArrowDown: () => go(list.at + 1), k: () => go(list.at - 1), ArrowUp: () => go(list.at - 1),
  PageDown: () => go(list.at + 10), PageUp: () => go(list.at - 10), Home: () => go(0), End: () => go(list.shown.length - 1),
  "/": () => byId("search").focus(), "?": () => byId("help").showModal(),
  t: () => { unfolded = !unfolded; byId("episode").querySelectorAll("details").forEach((node) => { node.open = unfolded; }); },
  Escape: () => { byId("filters").reset(); filter(); },
};
for (let n = 0; n <= 9; n++) KEYS[n] = () => { only = n ? n - 1 : null; show(); };

document.addEventListener("keydown", (event) => {
  const field = event.target.matches("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
  if (field && event.key === "Escape") { event.preventDefault(); event.target.blur(); return; }
  if (field && !(event.target.type === "checkbox" && event.key !== " ")) return;
  if (Object.hasOwn(KEYS, event.key)) { event.preventDefault(); KEYS[event.key](); }
});

byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("filters").addEventListener("input", filter);
byId("list").addEventListener("scroll", drawRows, { passive: true });
addEventListener("resize", drawRows);
addEventListener("hashchange", () => jump(Number(location.hash.slice(1))));

read().then(({ title, note, episodes }) => {
  byId("title").append(...printable(title));
  byId("note").append(...printable(note));
  list.episodes = list.shown = episodes;
  fillFilters(episodes);
  summary();
  drawRows();
  if (episodes.length) go(Math.max(0, episodes.findIndex((episode) => `#${episode.line}` === location.hash)));
  else show();
  document.body.dataset.ready = "yes";
}, (problem) => byId("episode").replaceChildren(el("p", "why", `The episodes in this page cannot be read: ${problem}`)));
