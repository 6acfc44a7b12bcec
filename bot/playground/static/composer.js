// What can be written in a chat: the reply keyboard, the commands menu, things to attach, and words.

import { h, icon } from "./dom.js";
import { openMenu } from "./overlays.js";

const KINDS = ["photo", "document", "voice", "sticker", "location", "video", "video_note", "audio", "animation"];

export class Composer {
  constructor(view) {
    this.view = view;
    this.edited = 0; // the message that is being edited
    this.field = h("textarea", { rows: 1, maxlength: 4096, label: "write", hint: "write", enterkeyhint: "send" });
    this.field.removeAttribute("title");
    this.field.addEventListener("keydown", (event) => this.typed(event));
    this.menuButton = this.button("menu", "menu", (event) => this.openCommands(event));
    this.clip = this.button("attach", "clip", (event) => this.openKinds(event));
    const send = h("button", { class: "send round", label: "send" }, icon("send"));
    this.editing = h("p", { class: "editing", hidden: true }, h("span", { t: "editing" }));
    this.editing.append(this.button("cancel", "close", () => this.edit(null)));
    this.form = h("form", { onsubmit: (event) => this.submit(event) }, this.menuButton, this.field, this.clip, send);
    this.keys = h("div", { class: "reply-keyboard" });
    this.start = h("button", { type: "button", class: "big", t: "start", onclick: () => this.view.say("/start") });
    this.unblock = h("button", { type: "button", class: "big", t: "unblock", onclick: () => this.view.act("unblock") });
    this.node = h("div", { class: "composer" }, this.editing, this.start, this.unblock, this.form, this.keys);
  }

  button(label, drawing, onclick) {
    return h("button", { type: "button", class: "plain round", label, onclick }, icon(drawing));
  }

  /** Show what fits the chat as it is now. */
  changed(unopened) {
    const { blocked, keyboard } = this.view.room;
    this.unblock.hidden = !blocked;
    this.start.hidden = !unopened || blocked;
    this.form.hidden = blocked;
    this.clip.hidden = this.view.isGroup;
    this.menuButton.hidden = !this.view.menu.commands.length;
    const shown = JSON.stringify(keyboard.rows);
    if (shown === this.shown) return;
    this.shown = shown;
    const key = (button) => h("button", { type: "button", class: "soft", onclick: () => this.view.tap(button) }, button.label);
    this.keys.replaceChildren(...keyboard.rows.map((row) => h("div", { class: "row" }, row.map(key))));
  }

  /** Enter sends, but not while Japanese is being converted, nor on a phone, whose Enter is a new line. */
  typed(event) {
    if (event.key === "Escape" && this.edited) this.edit(null);
    const plain = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (!plain || matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  async submit(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text) return;
    const [name, wish] = this.edited ? ["edit", { text, message: this.edited }] : ["say", { text }];
    this.field.value = "";
    if (await this.view.act(name, wish)) this.edit(null);
    else this.field.value ||= text;
  }

  /** Begin to edit a message, or with null end it. */
  edit(message) {
    const ended = !message && !this.edited;
    this.edited = message?.id ?? 0;
    this.editing.hidden = !message;
    if (ended) return;
    this.field.value = message?.text ?? "";
    this.field.focus();
  }

  /** Put words into the field, to be sent by the person. */
  fill(text) {
    this.field.value = text;
    this.field.focus();
  }

  openCommands(event) {
    const { commands } = this.view.menu;
    const items = commands.map(({ command, description }) => [null, () => this.view.say(`/${command}`), description, `/${command}`]);
    openMenu(event.currentTarget, items);
  }

  openKinds(event) {
    openMenu(event.currentTarget, KINDS.map((kind) => [`send_${kind}`, () => this.view.act("send", { kind })]));
  }
}
