// Where the page begins: its words, then what the server tells.

import { openClock } from "./clock.js";
import { byId } from "./dom.js";
import { connect, on, tell } from "./feed.js";
import { openGuide } from "./guide.js";
import { openMailbox } from "./mailbox.js";
import { open } from "./panes.js";
import { openTools } from "./tools.js";
import { current, speak } from "./words.js";

const OFFLINE_MS = 1500; // a connection that is back sooner was hardly away
const OTHER = { ja: ["English", "en"], en: ["日本語", "ja"] };

function offerLanguage() {
  const [name, code] = OTHER[current()];
  byId("language").textContent = name;
  byId("language").lang = code;
}

byId("language").addEventListener("click", () => {
  speak(OTHER[current()][1]);
  offerLanguage();
  tell("language", current());
});

let late = 0;
on("connected", (yes) => {
  clearTimeout(late);
  if (yes) byId("offline").hidden = true;
  else late = setTimeout(() => (byId("offline").hidden = false), OFFLINE_MS);
});

on("everything", () => {
  open();
  openMailbox();
  openClock();
  openGuide();
  document.body.dataset.ready = "";
});

speak(current());
offerLanguage();
openTools();
connect();
