// Which episodes are listed: every filter that is set must hold.

const ENDINGS = ["FINISHED", "FORFEIT", "TRUNCATED", "FAILED"];

function strings(value, found = []) {
  if (typeof value === "string") found.push(value);
  else if (value && typeof value === "object") for (const inner of Object.values(value)) strings(inner, found);
  return found;
}

const searched = new WeakMap(); // texts of episodes, made when they are first searched

function holds(episode, words) {
  let text = searched.get(episode);
  if (text === undefined) searched.set(episode, text = strings(episode).join("\n").toLowerCase());
  return text.includes(words);
}

const anyTurn = (events, test) => events.some((event) =>
  event.kind === "turn" ? test(event) : event.kind === "gather" ? event.branches.some((branch) => anyTurn(branch, test)) : false);
const refused = (episode) => anyTurn(episode.events, (event) => event.tries.some((one) => one.error !== undefined));

function wanted() {
  const number = (id) => byId(id).value === "" ? null : Number(byId(id).value);
  return {
    words: byId("search").value.toLowerCase(),
    endings: new Set([...byId("endings").querySelectorAll("input:checked")].map((box) => box.value)),
    fact: byId("fact").value,
    task: byId("task").value.toLowerCase(),
    role: byId("role").value,
    least: number("least"),
    most: number("most"),
    refused: byId("refused").checked,
  };
}

function passes(episode, want) {
  if (want.endings.size && !want.endings.has(episode.ending)) return false;
  if (want.fact && !episode.facts.some(([name, value]) => outcome(name, value) === want.fact)) return false;
  if (want.task && !episode.task.toLowerCase().includes(want.task)) return false;
  if (want.role && !episode.agents.some(([, role]) => role === want.role)) return false;
  if (want.least !== null || want.most !== null) {
    const rewards = Object.values(episode.verdicts).filter((v) => !want.role || v.role === want.role).map((v) => v.reward);
    if (!rewards.some((r) => (want.least === null || r >= want.least) && (want.most === null || r <= want.most))) return false;
  }
  if (want.refused && !refused(episode)) return false;
  return !want.words || holds(episode, want.words);
}

const outcome = (name, value) => `${name} = ${value}`;
const MANY = 12; // values of a fact: more are no kinds of outcome but answers

function outcomes(episodes) {
  const values = new Map();
  for (const episode of episodes) {
    for (const [name, value] of episode.facts) {
      if (!values.has(name)) values.set(name, new Map());
      const counts = values.get(name);
      if (counts.size <= MANY) counts.set(value, (counts.get(value) || 0) + 1);
    }
  }
  return [...values].filter(([, counts]) => counts.size <= MANY)
    .flatMap(([name, counts]) => [...counts].map(([value, n]) => [outcome(name, value), n]));
}

function option(value, label) {
  const node = el("option", "", label.length > 60 ? label.slice(0, 59) + "…" : label);
  node.value = value;
  return node;
}

function fillFilters(episodes) {
  for (const ending of ENDINGS) {
    const n = episodes.filter((episode) => episode.ending === ending).length;
    if (!n) continue;
    const box = el("input");
    box.type = "checkbox";
    box.value = ending;
    byId("endings").append(el("label", `ending ${ending}`, box, ending, el("small", "", ` ${n.toLocaleString("en")}`)));
  }
  byId("fact").append(option("", "any"), ...outcomes(episodes).map(([what, n]) => option(what, `${what} (${n.toLocaleString("en")})`)));
  const roles = new Set(episodes.flatMap((episode) => episode.agents.map(([, role]) => role)));
  byId("role").append(option("", "any"), ...[...roles].map((role) => option(role, role)));
}
