// The keys of cells, and the dialog that lists them.

import { button, element } from "./elements";
import { strings } from "./strings";

export type Key = "run" | "run-on" | "stop";

/** What a key means in a cell; null if nothing. */
export function keyOf(event: KeyboardEvent): Key | null {
  const isCommand = event.ctrlKey || event.metaKey;
  if (event.altKey) return null;
  if (event.key === "Enter" && isCommand && !event.shiftKey) return "run";
  if (event.key === "Enter" && event.shiftKey && !isCommand) return "run-on";
  if (event.key === "." && event.ctrlKey) return "stop";
  return null;
}

/** Open the list of keys. */
export function showKeys(): void {
  const text = strings();
  const dialog = element("dialog", "bp-keys md-typeset");
  const title = element("h2", "");
  title.textContent = text.keys;
  title.id = "bp-keys-title";
  dialog.setAttribute("aria-labelledby", title.id);
  const table = element("table", "");
  for (const [keys, meaning] of text.keyList) {
    const row = table.insertRow();
    const head = element("th", "");
    head.scope = "row";
    for (const [index, key] of keys.entries()) {
      const kbd = element("kbd", "");
      kbd.textContent = key;
      head.append(index ? " + " : "", kbd);
    }
    row.append(head);
    row.insertCell().textContent = meaning;
  }
  dialog.append(title, table, button("close", text.close, () => dialog.close()));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
