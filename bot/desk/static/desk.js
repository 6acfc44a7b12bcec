// An open page keeps itself up to date: after each change at the office it asks for itself again. Where somebody is
// filling in a form, nothing is taken from under their hands; a line says that there is something newer.
const page = document.getElementById("page");
let typed = false;

page?.addEventListener("input", () => { typed = true; });

async function renew() {
  if (typed || page.querySelector("details[open]") || document.querySelector("dialog[open]")) {
    page.querySelector(".changed").hidden = false;
    return;
  }
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("page");
  if (!fresh) { location.reload(); return; }
  const focused = document.activeElement?.id || document.activeElement?.closest("[id]")?.id;
  const said = page.querySelector(".said");
  page.replaceChildren(...fresh.childNodes);
  if (said && !page.querySelector(".said")) page.prepend(said);
  if (focused && focused !== "page") document.getElementById(focused)?.querySelector("a, button")?.focus();
}

let waiting = 0;
function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(() => renew().catch(() => {}), 50);
}

function listen() {
  const events = new EventSource(page.dataset.events);
  events.addEventListener("message", soon);
  events.addEventListener("over", () => location.reload());
  events.addEventListener("error", () => { if (events.readyState === EventSource.CLOSED) setTimeout(again, 5000); });
}

// A browser gives up at the first refusal: while the desk starts again, or because nobody is signed in any more.
async function again() {
  const answer = await fetch(page.dataset.events).catch(() => null);
  await answer?.body?.cancel();
  if (answer?.status === 401) location.reload();
  else if (answer?.ok) { listen(); soon(); }
  else setTimeout(again, 5000);
}

if (page?.dataset.events) listen(); // not the answer to a form, which is shown once

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });
