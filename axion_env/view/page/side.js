// One event as one agent's column shows it, or as all of them share it.

const message = ([author, text]) => author === "assistant"
  ? el("div", "said", said(text))
  : el("div", "shown", author === "system" ? el("small", "", "system") : "", clipped(text));

function attempt({ text, parsed, error, tokens }) {
  return el("div", error === undefined ? "said" : "said refused",
    said(text),
    parsed === undefined ? "" : long(parsed) ? folded("read as", "code", el("pre", "", clipped(parsed))) : el("small", "parsed", "= ", printable(parsed)),
    error === undefined ? "" : el("small", "why", "refused: ", clipped(error)),
    tokens ? el("small", "soft", `${plural(tokens[0], "token")} by `, tokens[1], `, version ${tokens[2]}`) : "");
}

function turn(event) {
  return el("div", "turn",
    event.seen.map(message),
    event.choices ? el("p", "choices", event.choices.map((choice) => el("span", "choice", choice))) : "",
    event.tries.map(attempt),
    event.notes ? el("small", "soft", "noted: ", clipped(event.notes)) : "");
}

function draw(event, agent) {
  return event.to.includes(agent)
    ? el("div", "draw", "drawn, seen here: ", event.label, el("b", "", " ", event.value))
    : el("div", "draw hidden", "drawn, hidden from here: ", event.label);
}

function job(event) {
  const bad = event.status !== "OK";
  const cases = event.cases || [];
  const failed = cases.filter(([, , returned]) => !returned).length;
  const summary = [event.title, cases.length ? ` · ${plural(cases.length, "case")}${failed ? `, ${failed} raised` : ""}` : ""];
  return el("div", "job",
    el("p", "head", el("b", "", "sandbox job "), summary, el("span", bad ? "badge FAILED" : "badge FINISHED", event.status)),
    event.code ? folded("code", "code", el("pre", "", clipped(event.code))) : "",
    event.stdin ? folded("stdin", "code", el("pre", "", clipped(event.stdin))) : "",
    cases.length ? folded("cases", "code", el("table", "", cases.map(([call, came, returned]) =>
      el("tr", "", el("td", "", el("code", "", clipped(call))), el("td", returned ? "" : "why", el("code", "", clipped(came))))))) : "",
    event.said.map(([name, text]) => text.length < 80 && !text.includes("\n")
      ? el("p", "head", name, ": ", el("code", "", text))
      : folded(name, "code", el("pre", "", clipped(text)))),
    event.changed.length ? el("p", "head", "changed: ", event.changed.join(", ")) : "",
    event.limits ? folded("limits", "code", el("pre", "", event.limits)) : "");
}

function call(event) {
  return el("div", "job", el("p", "head", el("b", "", "call of "), event.service),
    folded("request", "code", el("pre", "", clipped(event.request))), folded("response", "code", el("pre", "", clipped(event.response))));
}
