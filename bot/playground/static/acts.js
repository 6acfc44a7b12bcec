// What is done on the page goes to one place; why something cannot be done is shown as it is answered.

import { toast } from "./overlays.js";
import { current, t } from "./words.js";

/** Do it; what came of it if it was done, else false, and the reason is shown. */
export async function act(name, wish = {}) {
  try {
    const body = JSON.stringify({ act: name, ...wish });
    const answer = await fetch("/act", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    const said = await answer.json();
    if (!said.ok) toast(said.why[current()], true);
    return said.ok && said;
  } catch {
    toast(t("offline"), true);
    return false;
  }
}
