"""Nothing is lost where the window is narrow, the words are big or wide, nothing may move, or the
system paints the colours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.screens_open import NAMES, SETTLED, Windows
from tools.screens import OpenHouse

SPACING = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
  word-spacing: .16em !important; } p { margin-block-end: 2em !important; }"""
"""What readers may ask for without losing anything (WCAG 1.4.12)."""
MAIN = ("library", "editor", "editor-call", "editor-step", "phone", "test-call", "calls", "call",
        "answers-flow", "recordings", "connections", "rules", "log-in", "first-run")  # fmt: skip

LOST = """() => {
  const found = [], wide = document.documentElement.scrollWidth - innerWidth;
  const name = one => `${one.tagName}.${one.className?.baseVal ?? one.className}#${one.id} `
    + (one.ariaLabel ?? one.textContent).trim().slice(0, 50);
  if (wide > 1) found.push(`${wide} pixels wider than the window`);
  const scrolls = one => one.closest('pre, .trail-box, .spoken, .table-card, .map, .chips, '
    + '.menus, [tabindex="0"]');
  const seen = one => one.checkVisibility({visibilityProperty: true, opacityProperty: true})
    && !one.closest('.sr, .announce, .skip, [hidden]') && one.getClientRects().length > 0;
  for (const one of document.querySelectorAll('body *')) {
    if (!seen(one) || one.matches('svg *, textarea, input, select, option')) continue;
    const words = [...one.childNodes].some(part => part.nodeType === 3 && part.data.trim());
    const style = getComputedStyle(one);
    if (!words || style.display === 'inline') continue;
    const cut = (style.overflowX !== 'visible' && one.scrollWidth > one.clientWidth + 1)
      || (style.overflowY !== 'visible' && one.scrollHeight > one.clientHeight + 1);
    const said = style.textOverflow === 'ellipsis' && (one.title || one.closest('[title]'));
    if (cut && !said && !scrolls(one)) found.push(`cut: ${name(one)}`);
  }
  const controls = 'a[href], button, input, select, textarea, summary';
  for (const one of document.querySelectorAll(controls)) {
    if (!seen(one) || one.closest('svg, .trail-box, .map') || one.disabled) continue;
    const boxes = [...one.getClientRects()], points = [[.5, .5], [.2, .5], [.8, .5]];
    const inside = ({left, width}) => left > -1 && left + width <= innerWidth + 1;
    if (!boxes.every(inside) && !scrolls(one)) { found.push(`outside: ${name(one)}`); continue; }
    const hit = boxes.some(({left, top, width, height}) => points.some(([x, y]) => {
      const top_ = document.elementFromPoint(left + x * width, top + y * height);
      return !top_ || one.contains(top_) || top_.closest('label')?.control === one;
    }));
    if (!hit && !scrolls(one)) found.push(`covered: ${name(one)}`);
  }
  return found;
}"""
"""What is wider than the window, cut off, beside the window, or under something else."""

MOVING = """() => [...document.querySelectorAll('body, body *')].flatMap(one => {
  const style = getComputedStyle(one);
  const long = [...style.transitionDuration.split(','), ...style.animationDuration.split(',')]
    .some(time => parseFloat(time) * (time.trim().endsWith('ms') ? .001 : 1) > .011);
  return long || style.scrollBehavior === 'smooth' ? [`${one.tagName}.${one.className}`] : [];
})"""


def _windows(sample: OpenHouse, chromium: Browser, **settings: Any) -> Iterator[Windows]:
    shown = Windows(sample, chromium, {"bypass_csp": True, "reduced_motion": "reduce", **settings})
    yield shown
    shown.close()


@pytest.fixture(scope="module")
def zoomed(sample: OpenHouse, chromium: Browser) -> Iterator[Windows]:
    """A laptop's window at 200 %: half as many pixels, each twice as big."""
    size = {"width": 740, "height": 450}
    yield from _windows(sample, chromium, viewport=size, device_scale_factor=2)


@pytest.fixture(scope="module")
def narrow(sample: OpenHouse, chromium: Browser) -> Iterator[Windows]:
    """A phone."""
    yield from _windows(sample, chromium, viewport={"width": 390, "height": 844})


def _whole(page: Page) -> list[str]:
    """What is lost when the whole page is in view: nothing has to be scrolled to be measured."""
    size = page.viewport_size
    assert size is not None
    height = 0
    # What waits to be laid out until it is in view has its height only then.
    while (grown := page.evaluate("document.documentElement.scrollHeight") + 20) > height + 20:
        height = grown
        page.set_viewport_size({"width": size["width"], "height": height})
        page.evaluate(SETTLED)
        page.evaluate(SETTLED)
    found: list[str] = page.evaluate(LOST)
    page.set_viewport_size(size)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_at_200_percent_and_on_a_phone_nothing_is_lost_and_nothing_moves(
    zoomed: Windows, narrow: Windows, name: str
):
    found = []
    for windows in (zoomed, narrow):
        page = windows.open(name)
        width = page.evaluate("innerWidth")
        found += [f"at {width}: {one}" for one in _whole(page)]
    found += [f"moves: {one}" for one in page.evaluate(MOVING)]
    assert not found, f"{name}:\n" + "\n".join(found[:12])


@pytest.mark.parametrize("name", MAIN)
def test_wider_spaced_words_lose_nothing(narrow: Windows, name: str):
    page = narrow.open(name)
    page.add_style_tag(content=SPACING)
    assert not _whole(page)


def test_what_is_cut_or_covered_would_be_found(narrow: Windows):
    page = narrow.open("log-in")
    page.add_style_tag(
        content="""h1 { overflow: hidden; inline-size: 20px; white-space: nowrap; }
      main::after { content: ''; position: fixed; inset: 0; } button { transition: all 1s
      !important; }"""
    )
    found = " ".join(_whole(page))
    assert "cut: H1" in found
    assert "covered: BUTTON" in found


def test_where_the_system_paints_the_colours_focus_and_the_chosen_key_are_seen(sample, chromium):
    for windows in _windows(sample, chromium, forced_colors="active"):
        page = windows.open("editor")
        look = (
            "one => (s => [s.outlineStyle, s.outlineWidth, s.outlineColor])(getComputedStyle(one))"
        )
        chosen, other = (page.locator(f"#key-{key}").evaluate(look) for key in "12")
        assert chosen != other
        page.locator("#key-2").focus()
        page.keyboard.press("ArrowRight")
        style, width, _ = page.locator(":focus").evaluate(look)
        assert (style, width) == ("solid", "3px")


WORDS_TOO = {
    "editor": ".menus .dot, .checks li, .key.on, .key.sel, .step",
    "calls": ".badge, .legend li, .chips a",
    "call": ".badge",
    "editor-map": ".m-box a",
    "compare": ".changes li",
    "recordings": ".tag",
    "answers-flow": ".shares li, .shares tr, .timeline title",
}
"""Where colours mean something: (screen, what has one)."""

WORDLESS = """one => {
  const said = (one.title || one.ariaLabel || one.textContent).trim();
  const heading = one.closest('.checks li')?.querySelector('.weight');
  return !said || (one.matches('.checks li') && !heading);
}"""


@pytest.mark.parametrize("name", WORDS_TOO)
def test_no_colour_says_something_alone(narrow: Windows, name: str):
    page = narrow.open(name)
    coloured = page.locator(WORDS_TOO[name])
    assert coloured.count()
    wordless = [one.evaluate("one => one.outerHTML.slice(0, 120)") for one in coloured.all()
                if one.evaluate(WORDLESS)]  # fmt: skip
    assert not wordless
