"""How long laying out the map takes: 200 menus with 12 keys each, beside the proof.

Run: python -m benchmarks.bench_map
The aim is about 30 ms after an edit; flows in which thousands of keys each lead to another far
menu take two to three times that, because every line is drawn. The ratio to
``flows.paths.prove``, taken in the same run, says how much of it is this machine's speed.
"""

from __future__ import annotations

from benchmarks.bench_paths import MENUS, edited, milliseconds, never_seen, shapes
from flows.map import lay_out
from flows.paths import prove


def main() -> None:
    """Prints a line for each shape."""
    print(f"map of {MENUS} menus x 13 keys (aim: about 30 ms after an edit)")
    for name, flow in shapes().items():
        drawing = lay_out(flow)
        prove(flow)
        first, again = milliseconds(lay_out, never_seen(flow)), milliseconds(lay_out, edited(flow))
        proof = milliseconds(prove, edited(flow))
        print(
            f"  {name:36} first {first:6.2f} ms, after an edit {again:6.2f} ms,"
            f" {again / proof:5.1f} x the proof ({proof:.2f} ms);"
            f" {drawing.width} x {drawing.height} pixels, {len(drawing.edges)} edges"
        )


if __name__ == "__main__":
    main()
