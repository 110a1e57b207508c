// The list: only the rows in sight are in the page, so that its length costs nothing.

const ROW = 46; // pixels, as in the style
const list = { episodes: [], shown: [], at: -1 };

function rewards(episode) {
  const found = episode.agents.map(([agent]) => episode.verdicts[agent]).filter(Boolean);
  if (!found.length) return el("span", "soft", "–");
  return el("span", "rewards", found.slice(0, 4).map((v) => el("span", signed(v.reward), amount(v.reward))), found.length > 4 ? "…" : "");
}

function row(i) {
  const episode = list.shown[i];
  const node = el("div", i === list.at ? "row at" : "row",
    el("span", "top", el("span", `dot ${episode.ending}`), el("b", "", `${episode.line}`), el("span", "task", episode.task), rewards(episode)),
    el("span", "under soft", episode.facts.map(([name, value]) => `${name} ${value}`).join(", ").slice(0, 120) || episode.ending));
  node.style.top = `${i * ROW}px`;
  node.id = `row-${i}`;
  node.setAttribute("role", "option");
  node.setAttribute("aria-selected", String(i === list.at));
  node.setAttribute("aria-label", `Episode ${episode.line}, ${episode.ending}`);
  node.addEventListener("click", () => { go(i); if (narrow.matches) byId("episode").scrollIntoView(); });
  return node;
}

function drawRows() {
  const pane = byId("list"), first = Math.max(0, Math.floor(pane.scrollTop / ROW) - 6);
  const last = Math.min(list.shown.length, first + Math.ceil(pane.clientHeight / ROW) + 12);
  byId("rows").style.height = `${list.shown.length * ROW}px`;
  byId("rows").replaceChildren(...Array.from({ length: Math.max(0, last - first) }, (_, k) => row(first + k)));
  if (list.at >= 0) pane.setAttribute("aria-activedescendant", `row-${list.at}`);
  else pane.removeAttribute("aria-activedescendant");
}

function reveal(i) {
  const pane = byId("list");
  if (i * ROW < pane.scrollTop) pane.scrollTop = i * ROW;
  else if ((i + 1) * ROW > pane.scrollTop + pane.clientHeight) pane.scrollTop = (i + 1) * ROW - pane.clientHeight;
}

function summary() {
  const means = new Map();
  for (const episode of list.shown) {
    for (const { role, reward } of Object.values(episode.verdicts)) {
      const [sum, n] = means.get(role) || [0, 0];
      means.set(role, [sum + reward, n + 1]);
    }
  }
  const counted = list.shown.length === list.episodes.length ? plural(list.episodes.length, "episode")
    : `${list.shown.length.toLocaleString("en")} of ${plural(list.episodes.length, "episode")}`;
  const mean = [...means].map(([role, [sum, n]]) => `${role} ${amount(sum / n)}`).join(", ");
  byId("count").replaceChildren(...printable(mean ? `${counted}; mean reward: ${mean}` : counted));
}
