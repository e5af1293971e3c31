// SPDX-License-Identifier: Apache-2.0
// Elements without markup in text: nothing that a node, a token or a wallet is called can become part of the page.
const SVG = 'http://www.w3.org/2000/svg';

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children.flat(3)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

export const h = (tag, attributes, ...children) => build(document.createElement(tag), attributes, children);
export const s = (tag, attributes, ...children) => build(document.createElementNS(SVG, tag), attributes, children);

const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && a.id === b.id;

const KEPT = 'open';  // theirs who look, not ours

/// Makes `old` what `fresh` is, touching only what differs: focus, selection and scroll stay where they are. What has
/// data-keep looks after itself.
export function patch(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  for (const { name } of [...old.attributes]) if (name !== KEPT && !fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (name !== KEPT && old.getAttribute(name) !== value) old.setAttribute(name, value);
  if (old.hasAttribute('data-keep')) return;
  const wanted = [...fresh.childNodes];
  wanted.forEach((child, i) => {
    let there = old.childNodes[i];
    if (child.id && there?.id !== child.id) {  // something came or went before it
      const moved = [...old.children].find((one) => one.id === child.id && alike(one, child));
      if (moved) old.insertBefore(moved, there ?? null);
      there = moved ?? there;
    }
    if (there === undefined) old.append(child);
    else if (alike(there, child)) patch(there, child);
    else there.replaceWith(child);
  });
  while (old.childNodes.length > wanted.length) old.lastChild.remove();
}

/// Shows `content` in `place`.
export function show(place, ...content) {
  const fresh = place.cloneNode(false);
  fresh.append(...content.flat(3).filter((one) => one !== null && one !== undefined && one !== false));
  patch(place, fresh);
}
