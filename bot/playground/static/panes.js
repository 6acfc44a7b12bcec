// The parts of the page and the people in them: which is shown, and what nobody has seen yet.

import { act } from "./acts.js";
import { byId, h } from "./dom.js";
import { on, state } from "./feed.js";
import { openDialog } from "./overlays.js";
import { t } from "./words.js";
import { ChatView } from "./view.js";

const WIDE = matchMedia("(min-width: 960px)");
const LANGUAGES = { ja: "japanese", en: "english", zh: "another_language", "pt-br": "portuguese", vi: "vietnamese" };

const views = new Map(); // by chat
const chosen = { seeker: 0, staff: 0 }; // the chat that each part shows
const unread = new Map(); // by chat, or "mail"

const part = (chat) => (chat === state.group || state.people.find((person) => person.id === chat)?.staff ? "staff" : "seeker");
const isOpen = (name) => WIDE.matches || document.body.dataset.pane === name;

/** The view of the job-seeker that is shown now. */
export const seeker = () => views.get(chosen.seeker);

export function openPane(name) {
  document.body.dataset.pane = name;
  for (const button of byId("tabs").children) {
    button.toggleAttribute("aria-current", button.dataset.pane === name);
    if (button.dataset.pane === name) button.setAttribute("aria-current", "page");
  }
  if (name in chosen) see(chosen[name]);
}

/** So much is new at a chat, or in the mailbox. */
export function notSeen(place, count) {
  unread.set(place, count);
  mark();
}

const see = (chat) => notSeen(chat, 0);

function choose(chat) {
  const name = part(chat);
  chosen[name] = chat;
  if (!views.has(chat)) {
    const person = chat === state.group ? state.people.find((each) => each.staff).id : chat;
    views.set(chat, new ChatView(chat, person));
  }
  byId(name).querySelector(".views").replaceChildren(views.get(chat).node);
  drawPeople(name);
  if (isOpen(name)) see(chat);
}

function drawPeople(name) {
  const staff = name === "staff";
  const title = (person) => (staff ? t("own_phone", { name: person.name.split(" ").at(-1) }) : person.name);
  const people = state.people.filter((person) => person.staff === staff).map((person) => [person.id, title(person)]);
  const places = staff ? [[state.group, t("group")], ...people] : people;
  const pill = ([chat, words]) => {
    const pressed = String(chat === chosen[name]);
    const pick = () => choose(chat);
    return h("button", { type: "button", class: "pill", "data-chat": chat, "aria-pressed": pressed, onclick: pick }, words);
  };
  byId(name).querySelector(".people").replaceChildren(...places.map(pill));
  byId(name).toggleAttribute("data-alone", places.length === 1);
  mark();
}

/** How much is new, at the people and at the parts. */
function mark() {
  for (const pill of document.querySelectorAll(".pill")) badge(pill, unread.get(Number(pill.dataset.chat)) ?? 0);
  const sums = { seeker: 0, staff: 0, mail: unread.get("mail") ?? 0, clock: 0 };
  for (const [place, count] of unread) if (place !== "mail") sums[part(place)] += count;
  for (const button of byId("tabs").children) badge(button, sums[button.dataset.pane]);
  const all = sums.seeker + sums.staff + sums.mail;
  document.title = `${all ? `(${all}) ` : ""}窓口 Madoguchi`;
}

function badge(button, count) {
  button.querySelector(".badge")?.remove();
  if (!count) return;
  const words = h("span", { class: "hidden" }, t("unread", { n: count }));
  button.append(h("span", { class: "badge" }, h("span", { "aria-hidden": "true" }, count), words));
}

function addPerson() {
  const field = h("input", { name: "name", required: true, maxlength: 64, value: "川越 花子", autocomplete: "off" });
  const options = Object.entries(LANGUAGES).map(([code, key]) => h("option", { value: code }, t(key)));
  const languages = h("select", { name: "language" }, options);
  openDialog(t("add_person"), (close) => [
    h("h2", { t: "add_person" }),
    h("form", { method: "dialog", onsubmit: () => close(come(field.value, languages.value)) },
      h("label", {}, h("span", { t: "name" }), field),
      h("label", {}, h("span", { t: "phone_language" }), languages),
      h("div", { class: "choices" },
        h("button", { type: "button", class: "plain", t: "cancel", onclick: () => close(null) }),
        h("button", { class: "strong", t: "add" }))),
  ]);
}

/** The desk in a tab of its own, opened by the press itself: a tab that came later would be kept out as unasked for. */
async function openDesk() {
  const tab = window.open("about:blank", "_blank");
  const came = await act("desk", { by: views.get(chosen.staff).person });
  if (!came) tab?.close();
  else if (tab) {
    tab.opener = null;
    tab.location.replace(came.link);
  }
}

let expected = "";
async function come(name, language) {
  expected = name;
  if (!(await act("come", { name, language }))) expected = "";
}

function came({ person }) {
  drawPeople(person.staff ? "staff" : "seeker");
  if (person.name === expected) choose(person.id);
  expected = "";
}

/** Draw everything once, and from then on what changes. */
export function open() {
  choose(state.people.find((person) => !person.staff).id);
  choose(state.group);
  openPane(document.body.dataset.pane);
  for (const button of byId("tabs").children) button.addEventListener("click", () => openPane(button.dataset.pane));
  byId("add-person").addEventListener("click", addPerson);
  on("add person", addPerson);
  byId("desk").addEventListener("click", openDesk);
  WIDE.addEventListener("change", () => openPane(document.body.dataset.pane));
  listen();
}

function listen() {
  const at = (chat) => views.get(chat);
  on("message", (message) => {
    at(message.chat)?.show(message);
    const seen = isOpen(part(message.chat)) && chosen[part(message.chat)] === message.chat;
    if (message.fresh && message.bot && !seen) notSeen(message.chat, (unread.get(message.chat) ?? 0) + 1);
  });
  on("gone", ({ chat, id }) => at(chat)?.drop(id));
  on("keyboard", ({ chat }) => at(chat)?.changed());
  on("chat", ({ chat }) => at(chat)?.changed());
  on("typing", ({ chat }) => at(chat)?.typing(true));
  on("press", ({ chat, message }) => at(chat)?.redraw([message]));
  on("answer", (press) => {
    at(press.chat)?.redraw([press.message]);
    at(press.chat)?.answered(press);
  });
  on("person", came);
  for (const kind of ["profile", "bot"]) on(kind, () => views.forEach((view) => view.changed()));
  on("language", () => {
    views.clear();
    Object.values(chosen).forEach(choose);
  });
}
