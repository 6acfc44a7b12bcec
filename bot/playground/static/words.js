// The page's own words in Japanese and English, and times as a Japanese clock shows them.

import { EN, JA } from "./texts.js";

const KEY = "madoguchi-language";
const ZONE = "Asia/Tokyo";
let language = remembered() ?? (navigator.language.startsWith("ja") ? "ja" : "en");

function remembered() {
  try {
    return ["ja", "en"].find((each) => each === localStorage.getItem(KEY));
  } catch {
    return undefined; // a browser that keeps nothing
  }
}

export const current = () => language;

/** The words of a key, with {name} filled in. */
export function t(key, values = {}) {
  const words = (language === "ja" ? JA : EN)[key] ?? key;
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** Change the page's language, and say everything that is on it anew. */
export function speak(chosen) {
  language = chosen;
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // it is asked again next time
  }
  document.documentElement.lang = chosen;
  for (const node of document.querySelectorAll("[data-t], [data-t-label], [data-t-hint], [data-day]")) say(node);
}

/** Put the words of its keys into an element. */
export function say(node) {
  const { t: text, tLabel, tHint, day } = node.dataset;
  if (text) node.textContent = t(text);
  if (day) node.textContent = dayName(Number(day));
  if (tLabel) {
    node.setAttribute("aria-label", t(tLabel));
    node.title = t(tLabel);
  }
  if (tHint) node.setAttribute("placeholder", t(tHint));
}

const formats = new Map();
function format(name, options) {
  const key = `${language} ${name}`;
  if (!formats.has(key)) {
    const locale = language === "ja" ? "ja-JP" : "en-GB";
    formats.set(key, new Intl.DateTimeFormat(locale, { timeZone: ZONE, hourCycle: "h23", ...options }));
  }
  return formats.get(key);
}

const DAY = { month: "short", day: "numeric", weekday: "short" };
const TIME = { hour: "2-digit", minute: "2-digit" };

export const hour = (at) => format("hour", TIME).format(at);
export const dayName = (at) => format("day", DAY).format(at);
export const moment = (at) => `${dayName(at)} ${hour(at)}`;
export const second = (at) => `${dayName(at)} ${format("second", { ...TIME, second: "2-digit" }).format(at)}`;

/** The Japanese day of a moment, to compare. */
const days = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE });
export const dayOf = (at) => days.format(at);

/** For an input of the type datetime-local. */
const minutes = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, dateStyle: "short", timeStyle: "short" });
export const asInput = (at) => minutes.format(at).replace(" ", "T");
