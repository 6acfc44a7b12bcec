// Elements out of plain values. Nothing that somebody wrote ever becomes markup: children are nodes or text.

import { say } from "./words.js";

const PAGE_WORDS = { t: "t", label: "tLabel", hint: "tHint" };

/** An element; `on…` are listeners, `t`, `label` and `hint` keys of the page's own words, all else attributes. */
export function h(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) give(node, name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function give(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name in PAGE_WORDS) {
    node.dataset[PAGE_WORDS[name]] = value;
    say(node);
  } else node.setAttribute(name, value === true ? "" : value);
}

/** One of the drawings at the end of index.html. */
export function icon(name) {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  drawing.append(use);
  return drawing;
}

export const byId = (id) => document.getElementById(id);
