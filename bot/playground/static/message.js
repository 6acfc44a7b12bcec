// One message as an element. What is inside is made anew at an edit; the element itself, and with it the focus, stays.

import { h, icon } from "./dom.js";
import { state } from "./feed.js";
import { formatted } from "./text.js";
import { hour, t } from "./words.js";

const THINGS = ["photo", "sticker", "voice", "audio", "location", "video_note", "video", "animation", "document"];

/** Draw a message of this view; again with the same `node` when it has changed. */
export function drawMessage(view, message, node = h("article", { tabindex: "-1" })) {
  const held = node.contains(document.activeElement) ? document.activeElement.dataset.key ?? "" : null;
  const service = serviceWords(message);
  const mine = view.owns(message);
  node.className = `message ${service ? "service" : mine ? "out" : "in"}`;
  node.dataset.id = message.id;
  node.dataset.from = message.from;
  node.replaceChildren(...(service ? [h("p", {}, service)] : [bubble(view, message, mine), ...keyboard(view, message)]));
  if (held !== null) focusAgain(node, held);
  return node;
}

function serviceWords({ content, name }) {
  if (!content.new_chat_members) return "";
  const whom = content.new_chat_members.map((user) => user.first_name).join("、");
  return t("joined", { who: name, whom });
}

/** The same button, where it is still there; else the message itself. */
function focusAgain(node, key) {
  const same = key && [...node.querySelectorAll("[data-key]")].find((each) => each.dataset.key === key);
  (same || node).focus({ preventScroll: true });
}

function bubble(view, message, mine) {
  const says = (words) => view.say(words);
  const text = h("div", { class: "text" }, formatted(message.text, message.entities, says));
  const named = view.isGroup && !mine ? h("p", { class: "sender", "data-hue": message.from % 6 }, message.name) : null;
  const edited = message.edited ? h("span", { t: "edited" }) : null;
  const time = h("time", { datetime: new Date(message.at).toISOString() }, hour(message.at));
  const meta = h("p", { class: "meta" }, edited, time);
  const sender = named ? null : h("span", { class: "hidden" }, `${message.name}:`);
  return h("div", { class: "bubble" }, named, sender, contents(message), message.text ? text : null, meta, more(view, message));
}

function more(view, message) {
  const open = (event) => view.openMessageMenu(message.id, event.currentTarget);
  return h("button", { type: "button", class: "more", tabindex: "-1", label: "message_menu", onclick: open }, icon("down"));
}

function contents({ content, file, chat, id }) {
  const parts = [];
  if (content.forward_origin) parts.push(h("p", { class: "quote" }, t("forwarded", { name: content.forward_origin.sender_user_name })));
  if (content.reply_to_message) parts.push(h("blockquote", {}, content.reply_to_message));
  if (content.contact) parts.push(thing("phone", `${content.contact.first_name} ${content.contact.phone_number}`));
  if (file) parts.push(sentFile(file, `/sent/${chat}/${id}`));
  else for (const kind of THINGS) if (content[kind]) parts.push(thing("file", thingName(kind, content[kind])));
  return parts;
}

const thingName = (kind, content) => (kind === "document" && content.file_name) || t(`send_${kind}`);
const thing = (drawing, words) => h("p", { class: "thing" }, icon(drawing), words);

function sentFile({ name, size, picture }, url) {
  if (picture) return h("img", { class: "picture", src: url, alt: name, loading: "lazy" });
  const bytes = `${Math.max(1, Math.round(size / 1024))} KB`;
  return h("a", { class: "thing", href: url, download: name }, icon("file"), h("span", {}, name), h("small", {}, bytes));
}

function keyboard(view, message) {
  if (!message.buttons.length) return [];
  const rows = message.buttons.map((row) => h("div", { class: "row" }, row.map((button) => inlineButton(view, message, button))));
  return [h("div", { class: "inline-keyboard" }, rows)];
}

function inlineButton(view, message, button) {
  const key = button.data ?? button.label;
  const shared = { "data-key": key, class: "inline" };
  if (button.url) return h("a", { ...shared, href: button.url, target: "_blank", rel: "noopener noreferrer" }, button.label);
  const node = h("button", { ...shared, type: "button" }, button.label);
  node.addEventListener("click", () => (button.copies ? view.copy(button.copies) : view.press(message.id, button.data)));
  if (waits(message, button)) node.setAttribute("aria-busy", "true");
  return node;
}

function waits(message, { data }) {
  const pressed = (press) => press.chat === message.chat && press.message === message.id && press.data === data;
  return data !== null && [...state.waiting.values()].some(pressed);
}
