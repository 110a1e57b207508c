// Elements by function. Strings become text nodes and nothing else, so no text can be markup.

// What does not print could reorder, hide or forge what stands around it: it is shown as its escape sequence.
const UNPRINTABLE = /(?![\n\t ])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Zs}]/gu;

function printable(text) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(UNPRINTABLE)) {
    if (found.index > from) nodes.push(document.createTextNode(text.slice(from, found.index)));
    const code = found[0].codePointAt(0);
    const mark = document.createElement("span");
    mark.className = "escaped";
    mark.textContent = code < 256 ? "\\x" + code.toString(16).padStart(2, "0") : "\\u{" + code.toString(16) + "}";
    nodes.push(mark);
    from = found.index + found[0].length;
  }
  if (from < text.length) nodes.push(document.createTextNode(text.slice(from)));
  return nodes;
}

function el(name, classes, ...children) {
  const node = document.createElement(name);
  if (classes) node.className = classes;
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === "") continue;
    node.append(...(child instanceof Node ? [child] : printable(String(child))));
  }
  return node;
}

function folded(summary, classes, ...children) {
  return el("details", classes, el("summary", "", summary), ...children);
}

const byId = (id) => document.getElementById(id);
