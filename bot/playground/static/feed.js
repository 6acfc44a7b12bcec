// What the server tells: everything once, then each change by its number. `state` is what is known now.

const KINDS = ["now", "everything", "message", "gone", "keyboard", "chat", "press", "answer", "typing", "profile"]
  .concat(["person", "letter", "clock", "bot"]);
const AGAIN_MS = 1000;
const SPINS_MS = 60_000; // a button that nobody answers stops spinning, as in the app

export const state = {
  bot: { name: "", runs: false, starts: 0 },
  people: [], // of job-seekers and staff
  group: 0,
  chats: new Map(), // by id: title, blocked, keyboard, messages (a Map by id)
  menus: {}, // by "chat person": commands and description
  waiting: new Map(), // presses not yet answered, by their ids
  letters: new Map(),
  ahead: 0, // of this browser's clock, in milliseconds
};

const listeners = new Map();
let last = "";
let machine = 0; // how far the server's machine is ahead of this browser

/** Be told of each event of a kind, after it has changed `state`. */
export function on(kind, told) {
  listeners.set(kind, [...(listeners.get(kind) ?? []), told]);
}

export function tell(kind, value) {
  for (const told of listeners.get(kind) ?? []) told(value);
}

/** The clock of the demo. */
export const now = () => Date.now() + machine + state.ahead;

/** Listen, and listen again whenever the connection ends. */
export function connect() {
  const source = new EventSource(`/events${last && `?after=${last}`}`);
  for (const kind of KINDS) source.addEventListener(kind, (event) => take(kind, event));
  source.addEventListener("open", () => tell("connected", true));
  source.addEventListener("error", () => {
    tell("connected", false);
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, AGAIN_MS);
  });
}

function take(kind, event) {
  if (kind === "everything" && last) return location.reload(); // another run of the server, or too long away
  last = event.lastEventId || last;
  const value = JSON.parse(event.data);
  tell(kind, APPLY[kind](value) ?? value);
}

const chatOf = (chat) => ({ ...chat, messages: new Map(chat.messages.map((message) => [message.id, message])) });

function spin(press) {
  state.waiting.set(press.id, press);
  setTimeout(() => state.waiting.delete(press.id) && tell("answer", { ...press, text: "" }), SPINS_MS);
}

const APPLY = {
  now({ machine: at, ahead }) {
    machine = at - Date.now();
    state.ahead = ahead;
  },
  everything(all) {
    const { bot, people, group, menus } = all;
    Object.assign(state, { bot, people, group, menus });
    state.chats = new Map(all.chats.map((chat) => [chat.id, chatOf(chat)]));
    state.letters = new Map(all.letters.map((letter) => [letter.id, letter]));
    all.waiting.forEach(spin);
  },
  message(message) {
    const { messages } = state.chats.get(message.chat);
    const fresh = !messages.has(message.id);
    messages.set(message.id, message);
    return { ...message, fresh };
  },
  gone({ chat, id }) {
    state.chats.get(chat).messages.delete(id);
  },
  keyboard(keyboard) {
    state.chats.get(keyboard.chat).keyboard = keyboard;
  },
  chat({ chat, blocked }) {
    state.chats.get(chat).blocked = blocked;
  },
  press: spin,
  answer(press) {
    state.waiting.delete(press.id);
  },
  typing() {},
  profile(menus) {
    state.menus = menus;
  },
  person({ person, chat, menus }) {
    state.menus = menus;
    if (state.chats.has(person.id)) return;
    state.people.push(person);
    state.chats.set(chat.id, chatOf(chat));
  },
  letter(letter) {
    state.letters.set(letter.id, letter);
  },
  clock({ ahead }) {
    state.ahead = ahead;
  },
  bot(bot) {
    Object.assign(state.bot, bot);
  },
};
