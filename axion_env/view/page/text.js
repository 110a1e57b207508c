// Text as it is read: thinking folded, long texts cut until asked for, numbers with their sign.

const LONGEST = 6000; // characters shown at once

function clipped(text) {
  if (text.length <= LONGEST) return printable(text);
  const more = el("button", "more", `show ${(text.length - LONGEST).toLocaleString("en")} more characters`);
  more.type = "button";
  more.addEventListener("click", () => more.replaceWith(...printable(text.slice(LONGEST))));
  return [...printable(text.slice(0, LONGEST)), more];
}

const long = (text) => text.length > 160 || text.includes("\n");

// [text, is it thinking]: an unclosed <think> runs to the end, an unopened one from the start, as for the environment's parser.
function thoughts(text) {
  const parts = [];
  let rest = text;
  const open = /<think>/i, close = /<\/think>/i;
  const first = rest.search(close);
  if (first >= 0 && !(rest.search(open) >= 0 && rest.search(open) < first)) rest = "<think>" + rest;
  while (rest) {
    const begins = rest.search(open);
    if (begins < 0) { parts.push([rest, false]); break; }
    if (begins > 0) parts.push([rest.slice(0, begins), false]);
    rest = rest.slice(begins + 7);
    const ends = rest.search(close);
    parts.push([ends < 0 ? rest : rest.slice(0, ends), true]);
    rest = ends < 0 ? "" : rest.slice(ends + 8);
  }
  return parts.filter(([part]) => part.trim());
}

function said(text) {
  if (!text.trim()) return [el("i", "soft", "(nothing)")];
  return thoughts(text).map(([part, thinking]) => thinking
    ? folded(`thinking, ${part.trim().length.toLocaleString("en")} characters`, "thinking", clipped(part.trim()))
    : el("span", "", clipped(part.trim())));
}

function amount(value) {
  if (!value) return "0";
  const text = String(Number(value.toPrecision(4)));
  return value > 0 ? "+" + text : text.replace("-", "−");
}

const signed = (value) => (value > 0 ? "gain" : value < 0 ? "loss" : "even");
const plural = (n, what) => `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;
