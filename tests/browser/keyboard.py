"""Somebody without a mouse: presses keys, and sees at every step where the focus is."""

from __future__ import annotations

import time

from playwright.sync_api import Page

FAR = 140
"""Presses of Tab after which nobody would go on looking."""

UNSEEN = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return 'nothing has the focus';
  const box = at.getBoundingClientRect(), style = getComputedStyle(at);
  const name = `${at.tagName}#${at.id} ${(at.ariaLabel ?? at.textContent).trim().slice(0, 40)}`;
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  if (!ring) return `no ring: ${name}`;
  const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
  const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
  if (right - left < 1 || bottom - top < 1) return `outside the window: ${name}`;
  const inside = [[.5, .5], [.1, .1], [.9, .1], [.1, .9], [.9, .9]].map(([x, y]) =>
    document.elementFromPoint(left + x * (right - left), top + y * (bottom - top)));
  const shown = inside.filter(hit => hit && (at === hit || at.contains(hit)));
  return shown.length ? '' : `covered by ${inside[0]?.tagName}.${inside[0]?.className}: ${name}`;
}"""
"""Empty when the focused element has a ring, is in the window and under nothing else
(WCAG 2.2, 2.4.7 and 2.4.11); else what is wrong."""


def see_focus(page: Page) -> None:
    """The focus is somewhere, and can be seen, at the latest once the page has settled."""
    deadline = time.monotonic() + 5
    while (trouble := page.evaluate(UNSEEN)) and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert not trouble, trouble


def tab_to(page: Page, selector: str, key: str = "Tab") -> None:
    """Press Tab until the focus is there; wherever it comes by, it can be seen."""
    for _ in range(FAR):
        page.keyboard.press(key)
        if page.evaluate("!document.activeElement || document.activeElement === document.body"):
            continue  # between the end of the page and its beginning lies the browser itself
        see_focus(page)
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{key} never comes to {selector}.")


def press(page: Page, selector: str) -> None:
    """Go to a button or link by Tab, and press Enter."""
    tab_to(page, selector)
    page.keyboard.press("Enter")


def write(page: Page, selector: str, text: str) -> None:
    """Go to a field by Tab, and type over what is in it."""
    tab_to(page, selector)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
