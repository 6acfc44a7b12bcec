// What comes up over the page: menus, questions, alerts and toasts. Escape closes each, and the focus goes back.

import { byId, h } from "./dom.js";
import { t } from "./words.js";

const TOAST_MS = 4000;
const MARGIN = 8;

/** A menu at a button; an item is [key of its words, what it does, its words, what stands beside them] or false. */
export function openMenu(anchor, items) {
  const menu = h("div", { class: "menu", role: "menu", popover: "auto" });
  for (const item of items.filter(Boolean)) menu.append(menuItem(menu, item));
  document.body.append(menu);
  menu.addEventListener("toggle", (event) => event.newState === "closed" && menu.remove());
  menu.addEventListener("keydown", (event) => step(menu, event));
  menu.showPopover();
  place(menu, anchor.getBoundingClientRect());
  menu.firstElementChild?.focus();
}

function menuItem(menu, [key, does, words, beside]) {
  const choose = () => {
    menu.hidePopover();
    does();
  };
  return h("button", { type: "button", role: "menuitem", onclick: choose }, words ?? t(key), beside && h("small", {}, beside));
}

function step(menu, event) {
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!way) return;
  const items = [...menu.children];
  items.at((items.indexOf(document.activeElement) + way) % items.length).focus();
  event.preventDefault();
}

/** Above or below its button, within the window. */
function place(menu, { left, top, bottom }) {
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = bottom + height + MARGIN < innerHeight;
  menu.style.left = `${Math.max(MARGIN, Math.min(left, innerWidth - width - MARGIN))}px`;
  menu.style.top = `${below ? bottom : Math.max(MARGIN, top - height)}px`;
}

/** A window over the page; `content` gets a function that closes it with a value. */
export function openDialog(title, content, kind = "") {
  const { promise, resolve } = Promise.withResolvers?.() ?? resolvers();
  const dialog = h("dialog", { class: kind, "aria-label": title });
  dialog.append(...content((value) => {
    resolve(value);
    dialog.close();
  }));
  dialog.addEventListener("close", () => {
    resolve(null);
    dialog.remove();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return promise;
}

function resolvers() {
  const made = {};
  made.promise = new Promise((resolve) => (made.resolve = resolve));
  return made;
}

/** Whether the person agrees. */
export function confirmed(question, yes) {
  return openDialog(question, (close) => [
    h("p", {}, question),
    h("div", { class: "choices" },
      h("button", { type: "button", class: "plain", t: "cancel", onclick: () => close(false) }),
      h("button", { type: "button", class: "strong", onclick: () => close(true) }, yes)),
  ]);
}

export function toldUntilOk(text) {
  return openDialog(text, (close) => [
    h("p", {}, text),
    h("div", { class: "choices" }, h("button", { type: "button", class: "strong", t: "ok", onclick: () => close(true) })),
  ], "alert");
}

/** A short word that goes away by itself; `refusal` says that something could not be done. */
export function toast(text, refusal = false) {
  const place = byId("toasts");
  const node = h("p", { class: refusal ? "toast refusal" : "toast" }, text);
  place.append(node);
  place.hidePopover?.();
  place.showPopover?.(); // above every dialog
  setTimeout(() => {
    node.remove();
    if (!place.childElementCount) place.hidePopover?.();
  }, TOAST_MS);
}
