// The letters that the office has sent, the newest first, each opened by a press; a calendar entry as a calendar shows it.

import { byId, h, icon } from "./dom.js";
import { on, state, tell } from "./feed.js";
import { notSeen } from "./panes.js";
import { formatted } from "./text.js";
import { dayName, hour, moment, t } from "./words.js";

const ALL = "";
const nodes = new Map();
const opened = new Set();
let address = ALL;

export const isRead = (letter) => opened.has(letter.id);

export function openMailbox() {
  byId("addresses").addEventListener("change", (event) => {
    address = event.target.value;
    draw();
  });
  on("letter", (letter) => {
    nodes.delete(letter.id);
    draw();
  });
  on("language", () => {
    nodes.clear();
    draw();
  });
  draw();
}

function draw() {
  const letters = [...state.letters.values()].reverse().sort((one, other) => other.at - one.at);
  drawAddresses(letters);
  count();
  const wanted = letters.filter((letter) => address === ALL || letter.to === address);
  const empty = h("p", { class: "empty" }, icon("mail"), t("no_letters"));
  const list = byId("letters");
  const shown = wanted.length ? wanted.map(nodeOf) : [empty];
  for (const [place, node] of shown.entries()) if (list.children[place] !== node) list.insertBefore(node, list.children[place] ?? null);
  while (list.children.length > shown.length) list.lastElementChild.remove();
}

const count = () => notSeen("mail", [...state.letters.keys()].filter((id) => !opened.has(id)).length);

function drawAddresses(letters) {
  const addresses = [...new Set(letters.map((letter) => letter.to))].sort();
  const options = [h("option", { value: ALL, t: "all_addresses" }), ...addresses.map((each) => h("option", { value: each }, each))];
  byId("addresses").replaceChildren(...options);
  byId("addresses").value = address;
}

function nodeOf(letter) {
  if (!nodes.has(letter.id)) nodes.set(letter.id, drawLetter(letter));
  return nodes.get(letter.id);
}

function drawLetter(letter) {
  const summary = h("summary", {},
    h("span", { class: "subject" }, letter.subject),
    h("span", { class: "addressee" }, letter.to),
    h("time", { datetime: new Date(letter.at).toISOString() }, moment(letter.at)));
  const node = h("details", { class: "letter", open: opened.has(letter.id), "data-letter": letter.id }, summary, ...inside(letter));
  if (!opened.has(letter.id)) node.dataset.unread = "";
  node.addEventListener("toggle", () => node.open && read(letter, node));
  return node;
}

function read(letter, node) {
  delete node.dataset.unread;
  opened.add(letter.id);
  count();
  tell("read", letter);
}

function inside(letter) {
  const row = (key, value) => [h("dt", { t: key }), h("dd", {}, value)];
  return [
    h("dl", {}, row("from", letter.from), row("to", letter.to)),
    letter.entry && drawEntry(letter.entry),
    h("div", { class: "letter-text" }, letterText(letter.text)),
  ].filter(Boolean);
}

const letterText = (text) => formatted(text, [], null);

function drawEntry({ method, title, start, end, note }) {
  const cancelled = method === "CANCEL";
  return h("section", { class: cancelled ? "entry cancelled" : "entry", "aria-label": t(cancelled ? "entry_cancel" : "entry_request") },
    h("p", { class: "entry-kind" }, icon("calendar"), h("span", { t: cancelled ? "entry_cancel" : "entry_request" }), h("code", {}, method)),
    h("p", { class: "entry-title" }, title),
    h("p", { class: "entry-time" }, h("span", {}, dayName(start)), " ", h("span", {}, `${hour(start)}–${hour(end)}`)),
    note && h("p", { class: "entry-note" }, note));
}
