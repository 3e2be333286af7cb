"""The map: every menu and key has its place, and no line runs through a box or into another."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings

from flows.call import replay
from flows.document import KEYS, WRONG, Connect, Flow, GoTo, HangUp, Menu, Repeat, Webhook
from flows.drawing import Drawing
from flows.lanes import RADIUS, smooth
from flows.layering import columns, layers, packed, settled, uncrossed
from flows.map import lay_out
from flows.outline import OutlineMenu, outline
from flows.widths import width
from tests.flows.generated_flows import flows


def menu(menu_id: str, name: str = "", **keys: str) -> Menu:
    """A menu; each key is "end", "open", "connect", "again" or the id of a menu."""
    steps = {
        "end": HangUp(id="h"),
        "open": Webhook(id="w", url="https://example.com/"),
        "connect": Connect(id="c", number="+15055559999"),
        "again": Repeat(id="r", times=2),
    }
    return Menu(
        id=menu_id,
        name=name,
        keys={
            key.lstrip("k"): tuple(steps.get(w) or GoTo(id=f"g{w}", menu=w) for w in what.split())
            for key, what in keys.items()
        },
    )


def flow(*menus: Menu) -> Flow:
    return Flow(name="test", menus=menus)


DELIVERY = flow(
    menu("a", "Confirm delivery", k1="end", k2="b", k3="b", k9="a", wrong="again end"),
    menu("b", "Another day", k1="open", k2="connect", k0="a", wrong="gone"),
    menu("c", "Talk to us", k1="a", wrong="end"),
)


def box(drawing: Drawing, menu_id: str):
    return next(box for box in drawing.boxes if box.menu_id == menu_id)


def edge(drawing: Drawing, menu_id: str, trigger: str):
    return next(e for e in drawing.edges if e.menu_id == menu_id and trigger in e.triggers)


def corners(path: str) -> list[list[tuple[int, int]]]:
    """The corners of each line of a path, rounded ones made sharp again."""
    lines: list[list[tuple[int, int]]] = []
    x = y = 0
    for command, written in re.findall(r"([MHVq])([-\d ]+)", path):
        numbers = [int(number) for number in written.split()]
        if command == "M":
            x, y = numbers
            lines.append([])
        elif command == "H":
            x = numbers[0]
        elif command == "V":
            y = numbers[0]
        else:
            lines[-1].append((x + numbers[0], y + numbers[1]))
            x, y = x + numbers[2], y + numbers[3]
            continue
        lines[-1].append((x, y))
    return lines


def stretches(path: str):
    """(from x, from y, to x, to y) of each straight piece, smaller numbers first."""
    for line in corners(path):
        for (x, y), (to_x, to_y) in pairwise(line):
            assert x == to_x or y == to_y, "a line is level or upright"
            yield min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y)


def wide_flow(menus: int = 50) -> Flow:
    """Menus with many keys: forward, back, to the first one, and to the end."""
    return flow(
        *(
            menu(
                f"m{n}",
                f"Menu about the subject number {n}, and more" if n % 3 else "",
                **{
                    f"k{key}": f"m{n * 4 + key}" if n * 4 + key < menus else "end"
                    for key in range(1, 5)
                },
                k7=f"m{(n * 7) % menus}",
                k0="m0",
                wrong="again end",
            )
            for n in range(menus)
        )
    )


SHAPES = {
    "empty": flow(),
    "one menu": flow(menu("a", k1="end")),
    "delivery": DELIVERY,
    "fifty menus": wide_flow(),
    "a long chain": flow(*(menu(f"m{n}", k1=f"m{n + 1}", k2="m0") for n in range(30))),
    "a chain with shortcuts": flow(
        *(
            menu(f"m{n}", k1=f"m{n + 1}", k2=f"m{n * 7 % 40}", k3=f"m{n * 3 % 40}")
            for n in range(40)
        )
    ),
    "layers tangled with each other": flow(
        *(
            menu(f"m{n}", **{f"k{key}": f"m{(n * 3 + key * key) % 30}" for key in range(1, 7)})
            for n in range(30)
        )
    ),
    "nobody hears twenty": flow(menu("a", k1="end"), *(menu(f"u{n}", k1="u3") for n in range(20))),
    "one menu leads everywhere": flow(
        menu("a", **{f"k{key}": f"m{key}" for key in range(9)}),
        *(menu(f"m{n}", **{f"k{key}": f"m{(n + key) % 9}" for key in range(9)}) for n in range(9)),
    ),
}


def look_at(document: Flow) -> None:
    """Everything that holds for every drawing."""
    drawing = lay_out(document)
    assert [b.menu_id for b in drawing.boxes] == [m.id for m in document.menus]
    for one in drawing.boxes:
        assert one.x >= 0 and one.x + one.width <= drawing.width
        assert one.y >= 0 and one.y + one.height <= drawing.height
        assert all(one.y < row.y and row.y + row.height <= one.y + one.height for row in one.rows)
    for one, other in combinations(drawing.boxes, 2):
        beside = one.x + one.width < other.x or other.x + other.width < one.x
        assert beside or one.y + one.height < other.y or other.y + other.height < one.y
    lines_keep_off_the_boxes(drawing)
    lines_lead_from_key_to_menu(drawing)
    lines_of_different_goals_keep_apart(drawing)


def lines_keep_off_the_boxes(drawing: Drawing) -> None:
    for line in drawing.edges:
        for x, y, to_x, to_y in stretches(line.path):
            assert x >= 0 and y >= 0 and to_x <= drawing.width and to_y <= drawing.height
            for one in drawing.boxes:
                passes = (
                    x < one.x + one.width
                    and to_x > one.x
                    and y < one.y + one.height
                    and to_y > one.y
                )
                assert not passes, f"{line.title} runs through {one.title}"


def lines_lead_from_key_to_menu(drawing: Drawing) -> None:
    boxes = {one.menu_id: one for one in drawing.boxes}
    for line in drawing.edges:
        source = boxes[line.menu_id]
        rows = {row.trigger: row for row in source.rows}
        drawn = corners(line.path)
        assert len(drawn) == len(line.triggers)
        for trigger, points in zip(line.triggers, drawn, strict=True):
            row = rows[trigger]
            assert points[0] == (row.x + row.width, row.y + row.height // 2)
        if line.sign == "arrow":
            target, (x, y) = boxes[line.to], drawn[0][-1]
            assert x in (target.x, target.x + target.width)
            assert target.y < y < target.y + target.height
            assert not line.end


def lines_of_different_goals_keep_apart(drawing: Drawing) -> None:
    taken: dict[tuple[str, int], list[tuple[int, int, str]]] = {}
    for line in drawing.edges:
        if line.sign != "arrow":
            continue
        for x, y, to_x, to_y in stretches(line.path):
            track, span = (("x", x), (y, to_y)) if x == to_x else (("y", y), (x, to_x))
            taken.setdefault(track, []).append((*span, line.to))
    for spans in taken.values():
        for (first, last, goal), (start, end, other) in combinations(spans, 2):
            assert goal == other or last <= start + RADIUS or end <= first + RADIUS


@pytest.mark.parametrize("name", SHAPES)
def test_nothing_is_drawn_over_anything_else(name):
    look_at(SHAPES[name])


@settings(max_examples=60, deadline=None)
@given(flows(most_menus=9))
def test_nothing_is_drawn_over_anything_else_whatever_the_flow(document):
    look_at(document)


def test_keys_to_the_same_place_are_one_edge():
    found = edge(lay_out(DELIVERY), "a", "2")
    assert (found.triggers, found.label.text, found.to, found.end) == (("2", "3"), "2, 3", "b", "")
    assert found.title == "2, 3: 1 Confirm delivery → 2 Another day"


@pytest.mark.parametrize(
    ("menu_id", "trigger", "to", "end", "sign"),
    [
        ("a", "1", "", "hang up", "hang up"),
        ("a", "9", "a", "", "again"),
        ("a", WRONG, "", "hang up", "hang up"),
        ("b", "1", "", "end", "end"),
        ("b", "2", "", "connect", "connect"),
        ("b", "0", "a", "", "arrow"),
        ("b", WRONG, "", "end", "end"),
    ],
)
def test_each_key_leads_to_a_menu_or_to_the_sign_of_an_end(menu_id, trigger, to, end, sign):
    found = edge(lay_out(DELIVERY), menu_id, trigger)
    assert (found.to, found.end, found.sign) == (to, end, sign)


def test_rows_say_what_a_key_does():
    rows = [(row.key, row.words, row.tone) for row in box(lay_out(DELIVERY), "a").rows]
    assert rows == [
        ("1", "Hang up", "end"),
        ("2", "→ 2 Another day", "goto"),
        ("3", "→ 2 Another day", "goto"),
        ("9", "Says this again", "goto"),
        ("else", "Again twice · Hang up", "end"),
    ]


def test_a_row_says_the_whole_to_who_points_at_it():
    rows = {row.trigger: row.title for row in box(lay_out(DELIVERY), "b").rows}
    assert rows["1"] == "Key 1: tells https://example.com/, then the call ends"
    assert rows[WRONG].startswith("Anything else, or silence: ")


def test_a_renamed_menu_is_renamed_wherever_a_key_leads_to_it():
    lay_out(DELIVERY)
    renamed = DELIVERY.menus[1].model_copy(update={"name": "Later"})
    changed = DELIVERY.model_copy(update={"menus": (DELIVERY.menus[0], renamed)})
    assert box(lay_out(changed), "a").rows[1].words == "→ 2 Later"


@pytest.mark.parametrize(
    ("document", "states"),
    [
        (DELIVERY, {"a": "start", "b": "reachable", "c": "unreachable"}),
        (flow(menu("a", k1="b", wrong="end"), menu("b", k1="b", wrong="b")), {"b": "trouble"}),
        (flow(menu("a", k1="end", wrong="a")), {"a": "trouble"}),
    ],
)
def test_a_box_says_whether_callers_come_there_and_get_out(document, states):
    found = {one.menu_id: one.state for one in lay_out(document).boxes}
    assert {menu_id: found[menu_id] for menu_id in states} == states


def test_menus_can_be_shown_as_trouble_from_outside():
    assert box(lay_out(DELIVERY, troubled={"b"}), "b").state == "trouble"


def test_menus_nobody_hears_stand_in_a_column_of_their_own_under_a_heading():
    drawing = lay_out(DELIVERY)
    unheard = box(drawing, "c")
    assert all(one.x + one.width < unheard.x for one in drawing.boxes if one is not unheard)
    assert [h.text for h in drawing.headings] == ["No caller hears these menus"]
    assert drawing.headings[0].x == unheard.x and drawing.headings[0].y < unheard.y
    assert edge(drawing, "c", "1").unreachable and not edge(drawing, "a", "2").unreachable


def test_without_such_menus_there_is_no_heading():
    assert lay_out(wide_flow()).headings == ()


def test_a_call_is_marked_in_its_order():
    drawing = lay_out(DELIVERY, replay(DELIVERY, ["2", "0", "2", "7"]).trail)
    assert (box(drawing, "a").visits, box(drawing, "b").visits) == ((1, 3), (2, 4))
    assert [(m.number.text, m.menu_id, m.trigger, m.to, m.end) for m in drawing.moves] == [
        ("1, 3", "a", "2", "b", ""),
        ("2", "b", "0", "a", ""),
        ("4", "b", WRONG, "", "end"),
    ]
    assert edge(drawing, "a", "2").moves == (1, 3)
    assert edge(drawing, "a", "1").moves == ()
    assert drawing.moves[0].path == "M" + edge(drawing, "a", "2").path.split("M")[1]


@pytest.mark.parametrize(("key", "end"), [("1", "end"), ("2", "connect")])
def test_the_end_of_a_call_is_marked_too(key, end):
    drawing = lay_out(DELIVERY, replay(DELIVERY, ["3", key]).trail)
    assert drawing.moves[-1].end == end and edge(drawing, "b", key).moves == (2,)


def test_a_call_of_an_older_flow_marks_what_is_still_there():
    trail = replay(DELIVERY, ["2", "0", "1"]).trail
    gone = flow(DELIVERY.menus[0].model_copy(update={"keys": {"1": (HangUp(id="x"),)}}))
    drawing = lay_out(gone, trail)
    assert box(drawing, "a").visits == (1, 3)
    assert [(m.menu_id, m.trigger) for m in drawing.moves] == [("a", "1")]


def test_a_caller_who_hangs_up_takes_no_key():
    drawing = lay_out(DELIVERY, replay(DELIVERY, ["hangup"]).trail)
    assert box(drawing, "a").visits == (1,) and drawing.moves == ()


@pytest.mark.parametrize(
    "name", ["A" * 300, "слово " * 80, "電話" * 60, "line\nbreak\ttab", "e\u0301" * 90, " "]
)
def test_texts_fit_into_their_boxes(name):
    drawing = lay_out(flow(menu("a", name, k1="b", wrong="end"), menu("b", name, k1="end")))
    for one in drawing.boxes:
        assert 1 <= len(one.name) <= 2 and all(width(line.text) <= 25 for line in one.name)
        assert all("\n" not in line.text for line in one.name)
        assert all(width(row.words) <= 29 for row in one.rows)


def test_fifty_menus_stay_readable():
    drawing = lay_out(wide_flow())
    assert drawing.width < 3_000 and drawing.height < 5_000


def test_tall_layers_stand_in_several_columns():
    first = menu("a", **{f"k{key}": f"m{key}" for key in range(10)})
    full = {f"k{key}": "end" for key in range(10)}
    drawing = lay_out(flow(first, *(menu(f"m{n}", **full) for n in range(10))))
    assert len({one.x for one in drawing.boxes}) == 3


def test_the_same_flow_is_drawn_the_same():
    assert lay_out(wide_flow()) == lay_out(wide_flow())


# Layers, columns, heights and tracks, as numbers.


def test_layers_follow_the_fewest_links():
    assert layers([[1, 2], [3], [3, 0], [1], [0]]) == [[0], [1, 2], [3]]


def test_boxes_are_ordered_so_that_lines_do_not_cross():
    links = [[1, 2], [4], [3], [], []]
    assert uncrossed(layers(links), links) == [[0], [1, 2], [4, 3]]
    crossed = [[0], [1, 2], [3, 4]]
    assert uncrossed(crossed, links) == [[0], [1, 2], [4, 3]]


@pytest.mark.parametrize(
    ("heights", "most", "made"),
    [
        ([3, 3, 3, 3], 12, [[0, 1, 2, 3]]),
        ([3, 3, 3, 3], 6, [[0, 1], [2, 3]]),
        ([9, 1, 1, 9], 10, [[0, 1], [2, 3]]),
        ([50], 10, [[0]]),
    ],
)
def test_a_layer_is_divided_evenly(heights, most, made):
    assert columns(range(len(heights)), heights, most) == made


@pytest.mark.parametrize(
    ("wanted", "heights", "tops"),
    [
        ([5, 20], [3, 3], [5, 20]),
        ([10, 10], [4, 4], [8, 12]),
        ([0, 0, 0], [4, 4, 4], [0, 4, 8]),
        ([-7], [4], [0]),
        ([6, None, None], [2, 2, 2], [6, 8, 10]),
        ([], [], []),
    ],
)
def test_boxes_settle_near_to_where_they_want_to_be(wanted, heights, tops):
    assert settled(wanted, heights) == tops


def test_tracks_are_shared_only_by_those_that_do_not_meet():
    spans = [(0, 5), (6, 9), (3, 7), (1, 2), (8, 12), (5, 5)]
    tracks, count = packed(spans)
    assert count == 3 == len(set(tracks))
    for (one, track), (other, its) in combinations(zip(spans, tracks, strict=True), 2):
        assert track != its or one[1] < other[0] or other[1] < one[0]


@pytest.mark.parametrize(
    ("points", "path"),
    [
        ([(0, 0), (9, 0)], "M0 0H9"),
        ([(0, 0), (30, 0), (30, 40)], "M0 0H24q6 0 6 6V40"),
        ([(0, 0), (30, 0), (30, -40), (0, -40)], "M0 0H24q6 0 6 -6V-34q0 -6 -6 -6H0"),
        ([(0, 0), (30, 0), (30, 0), (60, 0)], "M0 0H30V0H60"),
        ([(0, 0), (30, 0), (30, 4), (60, 4)], "M0 0H28q2 0 2 2V2q0 2 2 2H60"),
    ],
)
def test_corners_are_rounded_as_far_as_there_is_room(points, path):
    assert smooth(points) == path


# The outline.


def walk(menus: tuple[OutlineMenu, ...], depth: int = 1):
    for one in menus:
        yield one, depth
        for key in one.keys:
            if key.opens is not None:
                assert key.opens.menu_id == key.to
                yield from walk((key.opens,), depth + 1)


@settings(max_examples=60, deadline=None)
@given(flows(most_menus=9))
def test_the_outline_names_every_menu_once_and_every_key_of_it(document):
    found = [one for one, _ in walk(outline(document))]
    assert Counter(one.menu_id for one in found) == Counter(m.id for m in document.menus)
    for one in found:
        used = [k for k in KEYS if document.menu(one.menu_id).actions(k)]
        assert [key.trigger for key in one.keys] == [*used, WRONG]


def test_the_outline_nests_a_menu_where_callers_first_come_to_it_and_names_it_elsewhere():
    first, unheard = outline(DELIVERY)
    assert (first.name, first.note) == ("1 Confirm delivery", "starts the call")
    assert (unheard.name, unheard.note) == ("3 Talk to us", "no caller hears this")
    keys = {key.trigger: key for key in first.keys}
    assert (keys["2"].key, keys["2"].does) == ("key 2", "goes to 2 Another day")
    assert keys["2"].opens is not None and keys["2"].see == ""
    assert keys["3"].opens is None and keys["3"].see == "see 2 Another day"
    assert keys["9"].does == "says this again" and keys["9"].see == ""
    back = next(key for key in keys["2"].opens.keys if key.trigger == "0")
    assert (back.opens, back.see, back.to) == (None, "see 1 Confirm delivery", "a")


def test_a_link_to_no_menu_leads_nowhere_in_the_outline():
    opened = next(key for key in outline(DELIVERY)[0].keys if key.trigger == "2").opens
    assert (opened.keys[-1].to, opened.keys[-1].see) == ("", "")
    assert opened.keys[-1].does == "no menu, so the call ends"


def test_an_outline_never_nests_too_deeply():
    chain = flow(*(menu(f"m{n}", k1=f"m{n + 1}") for n in range(200)))
    found = list(walk(outline(chain)))
    assert len(found) == 200 and max(depth for _, depth in found) == 4


def test_an_empty_flow_has_an_empty_outline():
    assert outline(flow()) == ()
