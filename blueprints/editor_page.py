"""Everything the editor's page shows, worked out before the template is reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property, lru_cache
from typing import NamedTuple
from urllib.parse import quote_plus

from flask_babel import gettext as _
from flask_babel import ngettext
from msgspec import Struct
from msgspec.structs import replace

from blueprints.check_view import CHECKS_SHOWN, Check, check_views
from blueprints.editor_forms import HeardForm, SettingsForm
from blueprints.editor_view import SLUGS, View
from blueprints.languages import say, say_ours, spoken
from blueprints.step_forms import STEP_FORMS, StepForm
from blueprints.step_kinds import Kind, cannot, key_lines, kind_of, kinds_for
from flows import prompts
from flows.document import KEYS, TRIGGERS, WRONG, Flow, GoTo, Menu, menu_label
from flows.edits import links_to
from flows.memo import EachMenu, Found, PerMenu
from flows.paths import Proof, keys_in_words, prove
from flows.problems import Problems, Severity
from flows.words import trigger_name
from storage.flows import StoredFlow


class RailMenu(Struct, frozen=True):
    """One line of the list of menus."""

    id: str
    number: int
    name: str
    note: str
    url: str
    current: bool
    trouble: str


class Rail(Struct, frozen=True, dict=True):
    """The list of menus, hashed once: pages ask again and again whether they have it already."""

    menus: tuple[RailMenu, ...]

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(self.menus)


class Key(Struct, frozen=True):
    """One key of the keypad. ``lines`` are (text, tone); ``pressed``: how often, in words."""

    label: str
    trigger: str
    slug: str
    lines: tuple[tuple[str, str], ...]
    url: str
    selected: bool
    announced_only: bool
    pressed: str


class Step(Struct, frozen=True):
    """One step of the chosen key; ``form`` when it is open."""

    id: str
    kind: Kind
    sentence: str
    code: str
    first: bool
    last: bool
    form: StepForm | None
    open_url: str


class DeleteQuestion(Struct, frozen=True):
    """Where the keys that led to a menu should go when it is deleted."""

    links: list[str]
    choices: list[tuple[str, str]]


class Page(Struct, frozen=True):
    """The whole editor. ``reached``: what a caller does to get to the chosen menu, in words.

    ``typed_meanwhile``: what stands in the menu's form was sent beside somebody else's edit.
    """

    stored: StoredFlow
    view: View
    rail: Rail
    menu: Menu | None
    menu_number: int
    heard: HeardForm | None
    settings: SettingsForm | None
    keypad: tuple[Key, ...]
    wrong: Key | None
    key_name: str
    steps: tuple[Step, ...]
    new_step: Step | None
    kinds: tuple[tuple[Kind, str], ...]
    cannot: Mapping[str, str]
    checks: tuple[Check, ...]
    begun: bool
    more_checks: int
    errors: int
    warnings: int
    proof: Proof | None
    reached: str
    delete_question: DeleteQuestion | None
    conflict: str
    typed_meanwhile: bool
    editable: bool
    undoes: str
    redoes: str

    @property
    def form_open(self) -> bool:
        """Whether a step is being filled in."""
        return self.new_step is not None or any(step.form for step in self.steps)

    @property
    def flow(self) -> Flow:
        """The flow shown."""
        return self.stored.flow


def build(
    stored: StoredFlow,
    view: View,
    *,
    editable: bool,
    problems: Problems,
    undo_redo: tuple[str, str] = ("", ""),
    known_seconds: Mapping[str, float] | None = None,
    pressed: Mapping[str, str] | None = None,
    heard: HeardForm | None = None,
    settings: SettingsForm | None = None,
    step_form: StepForm | None = None,
    conflict: str = "",
) -> Page:
    """The page of a flow at a place; a form that was sent takes the place of a fresh one."""
    flow = stored.flow
    menu = flow.menu(view.menu) or (flow.menus[0] if flow.menus else None)
    view = view if menu is None or menu.id == view.menu else _elsewhere(view, menu)
    begun = is_begun(flow)
    problems = problems if begun else Problems()
    proof = prove(flow, known_seconds) if flow.menus and begun else None
    lacking = cannot(view.target)
    keypad = [_key(flow, menu, key, view, pressed or {}) for key in TRIGGERS] if menu else []
    return Page(
        stored=stored,
        view=view,
        rail=_rail(flow, view, problems),
        menu=menu,
        menu_number=flow.menus.index(menu) + 1 if menu else 0,
        heard=heard or (HeardForm.of(menu, stored.revision) if menu else None),
        settings=settings or (settings_form(stored) if view.ask == "settings" else None),
        keypad=tuple(key for key in keypad if key.trigger != WRONG),
        wrong=next((key for key in keypad if key.trigger == WRONG), None),
        key_name=say(trigger_name(view.key)),
        steps=_steps(stored, menu, view, step_form) if menu else (),
        new_step=_new_step(stored, view, step_form) if menu else None,
        kinds=tuple((kind, lacking.get(kind.name, "")) for kind in kinds_for(view.key)),
        cannot=lacking,
        begun=begun,
        checks=check_views(problems[:CHECKS_SHOWN], view, flow),
        more_checks=max(0, len(problems) - CHECKS_SHOWN),
        errors=problems.errors,
        warnings=len(problems) - problems.errors,
        proof=proof,
        reached=keys_in_words(proof.keys_to(menu.id) or ()) if proof and menu else "",
        delete_question=_delete_question(flow, menu) if menu and view.ask == "delete" else None,
        conflict=conflict,
        typed_meanwhile=bool(conflict) and heard is not None,
        editable=editable,
        undoes=undo_redo[0],
        redoes=undo_redo[1],
    )


def is_begun(flow: Flow) -> bool:
    """Whether anything was written yet: a flow is made with one menu that says and does nothing."""
    menus = flow.menus
    return len(menus) != 1 or bool(menus[0].script.strip() or menus[0].recording or menus[0].keys)


def settings_form(stored: StoredFlow) -> SettingsForm:
    """The flow's own values."""
    flow = stored.flow
    return SettingsForm(
        formdata=None,
        data={
            "name": flow.name,
            "sender": flow.sender,
            "recipient": flow.recipient,
            "text": flow.text,
            "revision": stored.revision,
        },
    )


def _elsewhere(view: View, menu: Menu) -> View:
    """The place with its menu named; a menu that is gone takes its open step along."""
    return view.at(menu=menu.id, desk=view.desk) if view.menu else replace(view, menu=menu.id)


def _rail(flow: Flow, view: View, problems: Problems) -> Rail:
    return _listed(_lines(flow), view.menu, view.around_menu(), problems.troubles, spoken())


class _Line(NamedTuple):
    """What one menu brings to the list; ``leads_to`` are the other menus that it leads to."""

    id: str
    name: str
    keys: int
    leads_to: tuple[str, ...]


def _in_list(menu: Menu) -> _Line:
    targets = {a.menu for _, _, a in menu.all_actions() if isinstance(a, GoTo)} - {menu.id}
    keys = sum(1 for key in KEYS if menu.actions(key))
    return _Line(menu.id, menu.name, keys, tuple(targets))


_lines = EachMenu(PerMenu[_Line](_in_list))


@lru_cache(maxsize=64)
def _listed(
    lines: Found[_Line],
    chosen: str,
    around: tuple[str, str],
    severities: frozenset[tuple[str, Severity]],
    _language: str,
) -> Rail:
    sources, note, trouble = _sources(lines.each), _notes(), dict(severities)
    before, after = around
    return Rail(
        tuple(
            RailMenu(
                line.id,
                number,
                line.name or _("Menu %(number)s", number=number),
                note(line, number, sources.get(line.id, [])),
                before + quote_plus(line.id, safe=",*") + after,
                line.id == chosen,
                trouble.get(line.id, ""),
            )
            for number, line in enumerate(lines.each, 1)
        )
    )


def _sources(lines: tuple[_Line, ...]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, line in enumerate(lines, 1):
        for target in line.leads_to:
            found.setdefault(target, []).append(number)
    return found


def _notes() -> Callable[[_Line, int, list[int]], str]:
    """What is noted of a menu; a list of many menus looks its sentences up once."""
    amount = cache(lambda keys: ngettext("%(num)s key", "%(num)s keys", keys))
    starts, alone = _("starts the call · %(keys)s"), _("nothing leads here · %(keys)s")
    led_to = _("from %(menus)s · %(keys)s")

    def note(line: _Line, number: int, sources: list[int]) -> str:
        keys = amount(line.keys)
        if number == 1:
            return starts % {"keys": keys}
        if not sources:
            return alone % {"keys": keys}
        shown = ", ".join(map(str, sources[:3])) + ("…" if len(sources) > 3 else "")
        return led_to % {"menus": shown, "keys": keys}

    return note


def _key(flow: Flow, menu: Menu, trigger: str, view: View, pressed: Mapping[str, str]) -> Key:
    lines = tuple(key_lines(flow, menu, trigger))
    said = not lines and trigger in prompts.announced_keys(menu.script)
    label = _("Anything else, or silence") if trigger == WRONG else trigger
    return Key(
        label,
        trigger,
        SLUGS[trigger],
        lines,
        view.at(key=trigger).url(),
        trigger == view.key,
        said,
        pressed.get(trigger, ""),
    )


def _steps(stored: StoredFlow, menu: Menu, view: View, sent: StepForm | None) -> tuple[Step, ...]:
    actions = menu.actions(view.key)
    steps = []
    for position, action in enumerate(actions):
        kind = kind_of(action)
        sentence, code = kind.detail(stored.flow, action)
        form = None
        if action.id == view.step and kind.has_form:
            form = sent or STEP_FORMS[kind.name].of(action, stored.flow, stored.revision)
        steps.append(
            Step(
                action.id,
                kind,
                sentence,
                code,
                position == 0,
                position == len(actions) - 1,
                form,
                view.at(step=action.id).url(f"step-{action.id}"),
            )
        )
    return tuple(steps)


def _new_step(stored: StoredFlow, view: View, sent: StepForm | None) -> Step | None:
    kind = next((kind for kind in kinds_for(view.key) if kind.name == view.new), None)
    if kind is None or not kind.has_form:
        return None
    form = sent or STEP_FORMS[kind.name].of(None, stored.flow, stored.revision, view.key)
    return Step("", kind, "", "", False, True, form, view.at().url())


def _delete_question(flow: Flow, menu: Menu) -> DeleteQuestion:
    links = [
        f"{say_ours(menu_label(flow, source.id))}, {say(trigger_name(trigger))}"
        for source, trigger, _step in links_to(flow, menu.id)
    ]
    others = [
        (other.id, f"{number}. {other.name or _('Menu %(number)s', number=number)}")
        for number, other in enumerate(flow.menus, 1)
        if other.id != menu.id
    ]
    return DeleteQuestion(links, others)
