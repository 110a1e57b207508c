// One episode: its head, then a column for each agent, events from top to bottom.

function agentsIn(events) {
  const found = events.flatMap((event) => event.kind === "turn" ? [event.agent] : event.kind === "gather" ? event.branches.flatMap(agentsIn) : []);
  return [...new Set(found)];
}

function across(node, agents) {
  node.style.gridColumn = `1 / span ${Math.max(1, agents.length)}`;
  return node;
}

const within = (node, column) => { node.style.gridColumn = String(column + 1); return node; };

function timeline(events, agents, lanes) {
  for (let i = 0; i < events.length; i++) {
    const event = events[i];
    if (event.kind === "turn") {
      if (agents.includes(event.agent)) lanes.append(within(turn(event), agents.indexOf(event.agent)));
    } else if (event.kind === "draw") {
      const run = [event];
      while (i + 1 < events.length && events[i + 1].kind === "draw") run.push(events[++i]);
      lanes.append(...drawn(run, agents));
    } else if (event.kind === "gather") {
      lanes.append(...branches(event, agents));
    } else {
      lanes.append(across(shared(event), agents));
    }
  }
  return lanes;
}

function shared(event) {
  if (event.kind === "reveal") return el("div", "draw", "known to ", event.to.join(", "), " from here on: ", event.label);
  if (event.kind === "limit") return el("div", "draw why", "limit: ", event.reason);
  return event.kind === "job" ? job(event) : call(event);
}

// Draws in a row: those that somebody saw in every column, as seen or as hidden; the others once.
function drawn(run, agents) {
  const unseen = run.filter((event) => !agents.length || !event.to.length), seen = run.filter((event) => !unseen.includes(event));
  return [
    ...(unseen.length ? [across(el("div", "draws", unseen.map((event) =>
      el("div", "draw hidden", `drawn, ${event.to.length ? `seen by ${event.to.join(", ")}` : "hidden from everybody"}: `, event.label, el("b", "", " ", event.value)))), agents)] : []),
    ...(seen.length ? agents.map((agent, column) => within(el("div", "draws", seen.map((event) => draw(event, agent))), column)) : []),
  ];
}

// Branches of one agent each stand in the agents' own columns, others side by side.
function branches(event, agents) {
  const inside = event.branches.map((branch) => agentsIn(branch).filter((agent) => agents.includes(agent)));
  const sections = event.branches.map((branch, i) => !inside[i].length && agentsIn(branch).length ? null
    : el("section", "branch", el("h4", "", inside[i].join(", ") || "no agent", el("small", "soft", ` branch ${i + 1} of ${event.branches.length}`)),
      timeline(branch, inside[i], columns(inside[i].length))));
  const alone = inside.flat().length === new Set(inside.flat()).size && inside.every((found, i) => found.length === 1 || sections[i] === null);
  if (alone) return sections.flatMap((section, i) => section ? [within(section, agents.indexOf(inside[i][0]))] : []);
  return [across(el("div", "branches", sections), agents)];
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
  agents.forEach((agent, i) => lanes.append(within(el("h3", "", agent, el("small", "soft", " ", roles.get(agent))), i)));
  timeline(episode.events, agents, lanes);
  agents.forEach((agent, i) => {
    const told = episode.closing[agent];
    if (told) lanes.append(within(el("div", "turn", told.map(message)), i));
  });
  agents.forEach((agent, i) => lanes.append(within(verdict(episode, agent), i)));
  return el("article", "", head(episode), el("div", "wide", lanes));
}
