// An open page keeps itself up to date: after each change at the office it asks for itself again, and each minute, as
// what can be done goes by the clock too. Where somebody is filling in a form, nothing is taken from under their hands;
// a line says that there is something newer on it.
const page = document.getElementById("page");
const renews = page && "renews" in page.dataset;
const EACH_MINUTE = 60_000;
let typed = false;
let shown = page && withoutWhatWasSaid(page);

page?.addEventListener("input", () => { typed = true; });

function withoutWhatWasSaid(node) {
  const copy = node.cloneNode(true);
  copy.querySelector(".said")?.remove();
  return copy.innerHTML;
}

const isInUse = () => typed || page.querySelector("details[open]") || document.querySelector("dialog[open]");

async function renew() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (answer.status >= 500) { setTimeout(soon, 5000); return; } // what is shown stays until there is something else to show
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("page");
  if (!fresh) { location.reload(); return; }
  if (fresh.innerHTML === shown) return;
  if (isInUse()) { page.querySelector(".changed").hidden = false; return; }
  shown = fresh.innerHTML;
  const [focused, said] = [document.activeElement, page.querySelector(".said")];
  const near = focused.closest("[id]")?.id;
  page.replaceChildren(...fresh.childNodes);
  if (said && !page.querySelector(".said")) page.prepend(said);
  if (near) focusAgain(focused, document.getElementById(near));
}

// On what was there before, or on the first thing of the same card.
function focusAgain(before, around) {
  const there = [...(around?.querySelectorAll("a, button, summary, input, select") ?? [])];
  const same = there.find((each) => each.tagName === before.tagName && each.textContent === before.textContent);
  (same ?? (around === page ? null : there[0]))?.focus({ preventScroll: true });
}

let waiting = 0;
function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(() => renew().catch(() => {}), 50);
}

// Nobody is signed in any more: nothing that was shown stays on the screen, an answer to a form neither.
function away() { location.replace(page.dataset.here); }

let events;
function listen() {
  events?.close();
  events = new EventSource(page.dataset.events);
  if (renews) events.addEventListener("message", soon);
  events.addEventListener("over", away);
  events.addEventListener("error", () => { if (events.readyState === EventSource.CLOSED) again(); });
}

// A browser gives up at the first refusal: while the desk starts again, or because nobody is signed in any more.
async function again() {
  if (document.hidden) return;
  const answer = await fetch(page.dataset.events).catch(() => null);
  await answer?.body?.cancel();
  if (answer?.status === 401) away();
  else if (answer?.ok) listen();
  else setTimeout(again, 5000);
}

function eachMinute() {
  if (!document.hidden && !isInUse() && getSelection().isCollapsed) soon();
}

if (page) {
  listen();
  if (renews) setInterval(eachMinute, EACH_MINUTE);
  else history.replaceState(null, "", page.dataset.here); // an answer to a form is shown once; its page comes again
  document.addEventListener("visibilitychange", () => { // a browser has few lines for all its tabs
    if (document.hidden) events.close(); else listen();
  });
}

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });
