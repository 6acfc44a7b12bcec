// The demo's clock as Japan reads it, and the buttons that turn it.

import { act } from "./acts.js";
import { byId, h } from "./dom.js";
import { now, on } from "./feed.js";
import { openDialog, toast } from "./overlays.js";
import { asInput, moment, second, t } from "./words.js";

const SECOND = 1000;

export function openClock() {
  for (const button of document.querySelectorAll("[data-turn]")) {
    button.addEventListener("click", () => (button.dataset.turn === "date" ? pick() : turn(button.dataset.turn)));
  }
  on("clock", ({ to }) => {
    show();
    toast(t("turned", { at: moment(to) }));
  });
  for (const kind of ["now", "language"]) on(kind, show);
  tick();
}

const turn = (to) => act("turn", { to });

function tick() {
  show();
  setTimeout(tick, SECOND - (now() % SECOND));
}

function show() {
  const [short, long] = [moment(now()), second(now())];
  for (const node of document.querySelectorAll(".clock-time")) {
    const words = node.id ? long : short;
    if (node.textContent !== words) node.textContent = words;
  }
}

function pick() {
  const field = h("input", { type: "datetime-local", required: true, value: asInput(now()), name: "when" });
  openDialog(t("turn_date"), (close) => [
    h("h2", { t: "turn_date" }),
    h("form", { method: "dialog", onsubmit: () => turn(field.value) },
      h("label", {}, h("span", { t: "when" }), field),
      h("div", { class: "choices" },
        h("button", { type: "button", class: "plain", t: "cancel", onclick: () => close(null) }),
        h("button", { class: "strong", t: "turn" }))),
  ]);
}
