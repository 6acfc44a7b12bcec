// Formatted text as elements: Telegram's entities, and the links, numbers and commands that its apps find by themselves.

import { h } from "./dom.js";

const FOUND = /0\d{1,4}-\d{1,4}-\d{3,4}|https?:\/\/[^\s<>"「」（）、。]+|(?<![\w/.])\/[a-z][a-z0-9_]{0,31}(?![\w/])/gi;
const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre" };

/** Nodes for a text and its entities, whose offsets are UTF-16 units as in JavaScript; `says` is what a command does. */
export function formatted(text, entities, says) {
  return pieces(text, entities, 0, text.length, says);
}

function pieces(text, entities, from, to, says) {
  const nodes = [];
  let at = from;
  let rest = entities;
  while (rest.length) {
    const [first, ...others] = rest;
    const end = Math.min(first.offset + first.length, to);
    if (first.offset >= at) {
      nodes.push(...plain(text.slice(at, first.offset), says));
      nodes.push(element(first, text, others.filter((each) => each.offset < end), end, says));
      at = end;
    }
    rest = others.filter((each) => each.offset >= at);
  }
  return [...nodes, ...plain(text.slice(at, to), says)];
}

function element(entity, text, within, end, says) {
  const words = text.slice(entity.offset, end);
  if (entity.type === "bot_command") return command(words, says);
  const inner = pieces(text, within, entity.offset, end, says);
  if (entity.type === "text_link") return link(entity.url, inner);
  if (entity.type === "spoiler") return spoiler(inner);
  if (entity.type.endsWith("blockquote")) return h("blockquote", {}, inner);
  return h(TAGS[entity.type] ?? "span", {}, inner);
}

function plain(text, says) {
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(FOUND)) {
    nodes.push(text.slice(at, found.index));
    nodes.push(recognized(found[0], says));
    at = found.index + found[0].length;
  }
  return [...nodes, text.slice(at)].filter(Boolean);
}

function recognized(words, says) {
  if (words.startsWith("/")) return command(words, says);
  return words.startsWith("http") ? link(words, [words]) : h("span", { class: "whole" }, words);
}

function command(words, says) {
  if (!says) return words;
  return h("button", { type: "button", class: "command", onclick: () => says(words) }, words);
}

function link(url, inner) {
  if (!/^https?:\/\//i.test(url)) return h("span", {}, inner);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, inner);
}

function spoiler(inner) {
  const node = h("button", { type: "button", class: "spoiler", "aria-expanded": "false" }, h("span", {}, inner));
  node.addEventListener("click", () => node.setAttribute("aria-expanded", "true"));
  return node;
}
