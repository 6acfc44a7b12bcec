// One sentence for somebody who has never seen this: what to do next, judged by what there is already.

import { byId, h, icon } from "./dom.js";
import { on, now, state } from "./feed.js";
import { isRead } from "./mailbox.js";
import { openPane, seeker } from "./panes.js";
import { t } from "./words.js";

const EXAMPLES = ["川越 太郎", "11030-01234567", "taro@example.jp", "090-1234-5678"];
const HOUR = 3_600_000;

const letters = () => [...state.letters.values()];
const entries = (method) => letters().filter((letter) => letter.entry?.method === method);
const anybody = (found) => state.people.some((person) => !person.staff && found(state.chats.get(person.id)));

const STEPS = [
  { key: "guide_start", pane: "seeker", done: () => anybody((chat) => chat.messages.size > 0) },
  { key: "guide_book", pane: "seeker", done: () => letters().length > 0, examples: true },
  { key: "guide_confirm", pane: "staff", done: () => entries("REQUEST").length > 0 },
  { key: "guide_read", pane: "mail", done: () => entries("REQUEST").some(isRead) },
  { key: "guide_turn", pane: "clock", done: () => entries("REQUEST").some((letter) => now() - letter.at > HOUR) },
  { key: "guide_cancel", pane: "seeker", done: () => entries("CANCEL").length > 0 },
  { key: "guide_done", pane: null, done: () => false },
];

let shown = -1;
let hidden = false;

export function openGuide() {
  for (const kind of ["message", "letter", "read", "clock"]) on(kind, () => draw());
  on("language", () => draw(true));
  draw();
}

function draw(anew = false) {
  const passed = STEPS.findLastIndex((step) => step.done());
  const place = Math.max(passed + 1, shown);
  if (hidden || (place === shown && !anew)) return;
  shown = place;
  const { key, pane, examples } = STEPS[place];
  const count = h("span", { class: "count", "aria-hidden": "true" }, `${Math.min(place + 1, STEPS.length - 1)}/${STEPS.length - 1}`);
  const go = pane && h("button", { type: "button", class: "soft go", t: "guide_go", onclick: () => openPane(pane) });
  const close = h("button", { type: "button", class: "plain round", label: "guide_hide", onclick: hide }, icon("close"));
  const below = examples && h("p", { class: "examples" }, EXAMPLES.map(example));
  const words = h("div", { class: "guide-words", role: "status" }, h("p", {}, t(key)), below);
  byId("guide").replaceChildren(h("h2", { id: "guide-title", class: "hidden", t: "guide" }), count, words, ...[go, close].filter(Boolean));
  byId("guide").dataset.step = pane ?? "";
  byId("guide").hidden = false;
}

function example(words) {
  const use = (event) => {
    openPane("seeker");
    seeker().composer.fill(words);
    event.currentTarget.parentElement.append(event.currentTarget); // the next one comes first
  };
  return h("button", { type: "button", class: "pill", onclick: use }, words);
}

function hide() {
  hidden = true;
  byId("guide").hidden = true;
}
