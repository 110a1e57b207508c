// One episode: its head, then a column for each agent, events from top to bottom.

function agentsIn(events) {
  const found = events.flatMap((event) => event.kind === "turn" ? [event.agent] : event.kind === "gather" ? event.branches.flatMap(agentsIn) : []);
  return [...new Set(found)];
}

function across(node, agents) {
  node.style.gridColumn = `1 / span ${Math.max(1, agents.length)}`;
  return node;
}

function timeline(events, agents, lanes) {
  for (const event of events) {
    if (event.kind === "turn") {
      if (!agents.includes(event.agent)) continue;
      const node = turn(event);
      node.style.gridColumn = String(agents.indexOf(event.agent) + 1);
      lanes.append(node);
    } else if (event.kind === "draw" && agents.length) {
      agents.forEach((agent, i) => {
        const node = draw(event, agent);
        node.style.gridColumn = String(i + 1);
        lanes.append(node);
      });
    } else if (event.kind === "draw") {
      lanes.append(across(el("div", "draw", "drawn: ", event.label, el("b", "", " ", event.value)), agents));
    } else if (event.kind === "reveal") {
      lanes.append(across(el("div", "draw", "known to ", event.to.join(", "), " from here on: ", event.label), agents));
    } else if (event.kind === "limit") {
      lanes.append(across(el("div", "draw why", "limit: ", event.reason), agents));
    } else if (event.kind === "gather") {
      lanes.append(across(branches(event, agents), agents));
    } else {
      lanes.append(across(event.kind === "job" ? job(event) : call(event), agents));
    }
  }
  return lanes;
}

function branches(event, agents) {
  return el("div", "branches", event.branches.map((branch, i) => {
    const inside = agentsIn(branch).filter((agent) => agents.includes(agent));
    if (!inside.length && agentsIn(branch).length) return "";
    return el("section", "branch", el("h4", "", inside.join(", ") || "no agent", el("small", "soft", ` branch ${i + 1} of ${event.branches.length}`)),
      timeline(branch, inside, columns(inside.length)));
  }));
}

function columns(n) {
  const lanes = el("div", "lanes");
  lanes.style.setProperty("--columns", String(Math.max(1, n)));
  return lanes;
}

function verdict(episode, agent) {
  const found = episode.verdicts[agent];
  if (!found) return el("p", "soft", episode.ending === "FAILED" ? "no verdict: the play is void" : "no verdict: it could not be judged");
  return el("div", "verdict",
    el("b", signed(found.reward), "earns ", amount(found.reward)),
    found.parts.length ? el("table", "", found.parts.map(([name, value, at]) =>
      el("tr", "", el("td", "", name, at === null ? "" : el("small", "soft", ` turn ${at + 1}`)), el("td", signed(value), amount(value))))) : "");
}

const chips = (fields, classes) => fields.map(([name, value]) => long(value)
  ? el("span", `chip ${classes}`, folded(`${name}, ${value.length.toLocaleString("en")} characters`, "code", el("pre", "", clipped(value))))
  : el("span", `chip ${classes}`, name, ": ", printable(value)));

function draws(events) {
  return events.flatMap((event) => event.kind === "gather" ? event.branches.flatMap(draws) : event.kind === "draw" ? [event] : []);
}

function head(episode) {
  const facts = [`task ${episode.task}`, episode.seed === null ? "draws chosen" : `seed ${episode.seed}`];
  if (episode.copy) facts.push(`copy ${episode.copy}`);
  if (episode.version !== null) facts.push(`weights of version ${episode.version}`);
  const hidden = draws(episode.events).map((event) =>
    el("span", "chip", event.label, ": ", event.value, el("small", "soft", ` 1 of ${event.of}, `, event.to.length ? `seen by ${event.to.join(", ")}` : "seen by nobody")));
  const culprits = episode.culprits.length ? ` by ${episode.culprits.join(", ")}` : "";
  return el("header", "",
    el("h2", "", `Episode ${episode.line} `, el("span", `badge ${episode.ending}`, episode.ending, culprits)),
    el("p", "soft", episode.env, episode.options ? ` ${episode.options}` : "", " · ", facts.join(" · ")),
    episode.why ? el("p", "why", clipped(episode.why)) : "",
    episode.facts.length ? el("p", "chips", el("span", "label", "Facts"), chips(episode.facts, "fact")) : "",
    hidden.length ? el("p", "chips", el("span", "label", "Draws"), hidden) : "",
    episode.public.length ? el("p", "chips", el("span", "label", "Task"), chips(episode.public, "")) : "",
    episode.secret.length ? el("p", "chips", el("span", "label", "Secret"), chips(episode.secret, "secret")) : "");
}

function article(episode, only) {
  const agents = episode.agents.map(([agent]) => agent).filter((agent, i) => only === null || only === i);
  const roles = new Map(episode.agents);
  const lanes = columns(agents.length);
  const place = (node, i) => { node.style.gridColumn = String(i + 1); return node; };
  agents.forEach((agent, i) => lanes.append(place(el("h3", "", agent, el("small", "soft", " ", roles.get(agent))), i)));
  timeline(episode.events, agents, lanes);
  agents.forEach((agent, i) => {
    const told = episode.closing[agent];
    if (told) lanes.append(place(el("div", "turn", told.map(message)), i));
  });
  agents.forEach((agent, i) => lanes.append(place(verdict(episode, agent), i)));
  return el("article", "", head(episode), el("div", "wide", lanes));
}
