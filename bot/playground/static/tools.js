// The tools of developers: the bot's process and log, faults to order, the conversation as a test.

import { act } from "./acts.js";
import { byId, h, icon } from "./dom.js";
import { on, state } from "./feed.js";
import { openDialog, toast } from "./overlays.js";
import { t } from "./words.js";

const tools = [];

/** A part of the panel: the key of its title, and what makes its content anew whenever the panel is opened. */
export function addTool(title, content) {
  tools.push([title, content]);
}

export function openTools() {
  byId("tools-button").addEventListener("click", show);
  addTool("process", aboutProcess);
  addTool("faults", aboutFaults);
  addTool("transcript", aboutTranscript);
  addTool("log", aboutLog);
}

function show() {
  const part = ([title, content]) => h("section", {}, h("h3", { t: title }), content());
  openDialog(t("tools_title"), (close) => [
    h("header", {},
      h("h2", { t: "tools_title" }),
      h("button", { type: "button", class: "plain round", label: "close", onclick: () => close(null) }, icon("close"))),
    ...tools.map(part),
  ], "drawer");
}

on("bot", () => {
  for (const node of document.querySelectorAll(".process")) node.textContent = processWords();
});

const processWords = () => (state.bot.runs ? t("bot_back", { n: state.bot.starts }) : t("bot_away"));

function aboutProcess() {
  return [
    h("p", { class: "process", role: "status" }, processWords()),
    h("p", { class: "note", t: "kill_hint" }),
    h("button", { type: "button", class: "danger", t: "kill", onclick: () => act("kill") }),
  ];
}

const FAULTS = [
  ["fault_502", { what: "fails", code: 502, times: 3 }],
  ["fault_429", { what: "fails", code: 429, retry_after: 5 }],
  ["fault_unanswered", { what: "unanswered" }],
  ["fault_twice", { what: "twice" }],
  ["fault_away", { what: "away", seconds: 10 }],
];

function aboutFaults() {
  const choice = h("select", { label: "faults" }, FAULTS.map(([key], place) => h("option", { value: place, t: key })));
  const order = async () => (await act("order", { order: FAULTS[choice.value][1] })) && toast(t("fault_ordered"));
  return [choice, h("button", { type: "button", class: "soft", t: "fault_order", onclick: order })];
}

function aboutTranscript() {
  const copy = async () => {
    const text = await fetch("/transcript").then((answer) => answer.text());
    await navigator.clipboard?.writeText(text).then(() => toast(t("copied")), () => {});
    shown.textContent = text;
    shown.hidden = false;
  };
  const shown = h("pre", { class: "log-lines", tabindex: "0", label: "transcript", hidden: true });
  return [h("button", { type: "button", class: "soft", t: "copy_as_test", onclick: copy }), shown];
}

function aboutLog() {
  const lines = h("pre", { class: "log-lines", tabindex: "0", label: "log" });
  const read = async () => {
    const answer = await fetch("/log").then((each) => each.json(), () => ({ lines: [] }));
    lines.textContent = answer.lines.join("\n") || t("log_empty");
    lines.scrollTop = lines.scrollHeight;
  };
  read();
  return [lines, h("button", { type: "button", class: "soft", t: "refresh", onclick: read })];
}
