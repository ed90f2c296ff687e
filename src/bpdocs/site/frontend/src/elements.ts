// The few elements that scripts add to a page.

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.className = className;
  return made;
}

export function button(action: string, label: string, press: () => void = () => {}): HTMLButtonElement {
  const made = element("button", `bp-button bp-button-${action}`);
  made.type = "button";
  made.dataset.bpAction = action;
  made.textContent = label;
  made.addEventListener("click", press);
  return made;
}
