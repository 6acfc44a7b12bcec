// A chat as one of its people sees it: the log of messages, and below it what can be written.

import { act } from "./acts.js";
import { Composer } from "./composer.js";
import { h, icon } from "./dom.js";
import { state, tell } from "./feed.js";
import { drawMessage } from "./message.js";
import { confirmed, openMenu, toast, toldUntilOk } from "./overlays.js";
import { dayName, dayOf, t } from "./words.js";

const TYPES_MS = 5000;
const AT_THE_END = 60; // pixels

const staff = () => state.people.filter((person) => person.staff);

export class ChatView {
  /** `person` is whose phone it is; in the group, who is chosen to act. */
  constructor(chat, person) {
    this.chat = chat;
    this.person = person;
    this.isGroup = chat === state.group;
    this.pressed = new Set();
    this.nodes = new Map();
    this.composer = new Composer(this);
    this.build();
    for (const message of this.room.messages.values()) this.add(message);
    this.changed();
  }

  get room() {
    return state.chats.get(this.chat);
  }

  get menu() {
    return state.menus[`${this.chat} ${this.person}`] ?? { commands: [], about: "" };
  }

  get title() {
    return this.isGroup ? this.room.title : state.bot.name;
  }

  owns(message) {
    return this.isGroup ? !message.bot && message.from === this.person : !message.bot;
  }

  build() {
    const title = h("h3", {}, this.title);
    this.status = h("p", { class: "status" });
    const menu = { type: "button", class: "plain round", label: "chat_menu", onclick: (event) => this.openChatMenu(event) };
    const avatar = h("span", { class: "avatar", "aria-hidden": "true" }, this.title.slice(0, 1));
    this.head = h("header", { class: "chat-head" }, avatar, h("div", { class: "chat-title" }, title, this.status));
    this.head.append(this.isGroup ? this.actors() : h("button", menu, icon("more")));
    this.list = h("div", { class: "list" });
    const named = t("messages", { title: `${this.title} (${this.name(this.person)})` });
    this.log = h("div", { class: "log", role: "log", tabindex: "0", "aria-label": named }, this.list);
    this.toEnd = h("button", { type: "button", class: "to-end", label: "end", hidden: true }, icon("down"));
    this.toEnd.addEventListener("click", () => this.scrollToEnd());
    this.log.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.log.addEventListener("keydown", (event) => this.walk(event));
    this.node = h("div", { class: "view", "data-chat": this.chat }, this.head, this.log, this.toEnd, this.composer.node);
  }

  actors() {
    const choose = (event) => {
      this.person = Number(event.target.value);
      this.redraw();
    };
    const choice = ({ id, name }) =>
      h("label", {},
        h("input", { type: "radio", name: "actor", value: id, checked: id === this.person, onchange: choose }),
        h("span", {}, t("as", { name: name.split(" ").at(-1) })));
    return h("fieldset", { class: "actors" }, h("legend", { class: "hidden", t: "act_as" }), staff().map(choice));
  }

  name(id) {
    return state.people.find((person) => person.id === id)?.name ?? "";
  }

  /** A message is new, or has changed. */
  show(message) {
    const node = this.nodes.get(message.id);
    if (node) drawMessage(this, message, node);
    else this.add(message);
    if (message.bot) this.typing(false);
    this.changed();
  }

  add(message) {
    const node = drawMessage(this, message);
    const before = this.list.lastElementChild;
    if (!before || before.dataset.date !== dayOf(message.at)) {
      this.list.append(h("p", { class: "day", "data-day": message.at, "data-date": dayOf(message.at) }, dayName(message.at)));
    } else if (before.dataset.from === String(message.from)) node.dataset.joined = "";
    node.dataset.date = dayOf(message.at);
    this.list.append(node);
    this.nodes.set(message.id, node);
    if (this.owns(message)) this.scrollToEnd();
  }

  /** A message is gone, and its day with it if it was the last of it. */
  drop(id) {
    const node = this.nodes.get(id);
    if (!node) return;
    const { previousElementSibling: before, nextElementSibling: after } = node;
    if (node.contains(document.activeElement)) this.log.focus({ preventScroll: true });
    if (before?.className === "day" && (!after || after.className === "day")) before.remove();
    node.remove();
    this.nodes.delete(id);
    this.changed();
  }

  /** Draw the messages anew: of the buttons that wait, of another person. */
  redraw(ids = this.nodes.keys()) {
    for (const id of ids) if (this.nodes.has(id)) drawMessage(this, this.room.messages.get(id), this.nodes.get(id));
    this.changed();
  }

  /** All that stands around the messages. */
  changed() {
    this.status.textContent = this.statusWords();
    this.status.classList.toggle("away", !state.bot.runs);
    const unopened = !this.isGroup && !this.room.messages.size;
    this.list.classList.toggle("unopened", unopened);
    this.about?.remove();
    this.about = unopened && this.menu.about ? h("p", { class: "about" }, this.menu.about) : null;
    if (this.about) this.list.append(this.about);
    this.composer.changed(unopened);
  }

  statusWords() {
    if (this.types) return t("typing");
    if (!state.bot.runs) return t("bot_away");
    return this.isGroup ? t("group_members", { n: staff().length }) : t("bot");
  }

  typing(types) {
    clearTimeout(this.typed);
    if (types) this.typed = setTimeout(() => this.typing(false), TYPES_MS);
    if (this.types === types) return;
    this.types = types;
    this.changed();
  }

  /** A press was answered: in a toast, or where this page pressed and it is asked for, until OK is pressed. */
  answered({ message, data, text, alert }) {
    const own = this.pressed.delete(`${message} ${data}`);
    if (text && alert && own) toldUntilOk(text);
    else if (text) toast(text);
  }

  scrollToEnd() {
    this.log.scrollTop = 0; // the list is drawn from its end: 0 is there
  }

  scrolled() {
    this.toEnd.hidden = this.log.scrollTop > -AT_THE_END;
  }

  /** From message to message with the arrow keys; Enter opens what can be done with one. */
  walk(event) {
    const here = document.activeElement.closest(".message");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step) {
      const all = [...this.list.querySelectorAll(".message")];
      const next = here ? all[all.indexOf(here) + step] : all.at(-1);
      next?.focus();
      if (next) event.preventDefault();
    } else if (event.key === "Enter" && document.activeElement === here) {
      this.openMessageMenu(Number(here.dataset.id), here);
      event.preventDefault();
    }
  }

  act(name, wish = {}) {
    return act(name, { by: this.person, chat: this.chat, ...wish });
  }

  say(text) {
    return this.act("say", { text });
  }

  press(message, data) {
    this.pressed.add(`${message} ${data}`);
    return this.act("press", { message, data });
  }

  async tap({ label, contact }) {
    const { phone } = state.people.find((person) => person.id === this.person);
    if (contact && !(await confirmed(t("share_contact", { phone }), t("share")))) return;
    await this.act("tap", { label });
  }

  async copy(text) {
    await navigator.clipboard?.writeText(text).catch(() => {});
    toast(t("copied"));
  }

  openMessageMenu(id, anchor) {
    const message = this.room.messages.get(id);
    const own = this.owns(message) && !this.isGroup;
    openMenu(anchor, [
      own && message.text && ["edit", () => this.composer.edit(message)],
      own && ["delete", () => this.act("delete", { message: id })],
      !this.isGroup && message.text && ["forward", () => this.act("forward", { text: message.text })],
      message.text && ["copy_text", () => this.copy(message.text)],
    ]);
  }

  openChatMenu(event) {
    const wish = this.room.blocked ? "unblock" : "block";
    const add = !state.people.find((person) => person.id === this.person).staff && ["add_person", () => tell("add person")];
    openMenu(event.currentTarget, [add, [wish, () => this.act(wish)]]);
  }
}
