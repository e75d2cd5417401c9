/** An element with attributes and children; text is set as text, never as markup. */
export function element(name, attributes = {}, children = []) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...(Array.isArray(children) ? children : [children]));
  return made;
}

/** Puts these children in place of the ones that are there, unless they read the same already. */
export function replace(id, children) {
  const parent = typeof id === 'string' ? document.getElementById(id) : id;
  const next = element(parent.localName, {}, children);
  if (parent.innerHTML === next.innerHTML) return;
  parent.replaceChildren(...next.childNodes);
}
