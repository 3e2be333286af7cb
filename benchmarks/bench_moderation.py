"""How well moderation judges the labelled set, and how long it takes.

Run: python -m benchmarks.bench_moderation
The goal is 0.95 precision and 0.90 recall. The rules were written looking at the half "known"
only; "kept apart" tells what they are worth on messages nobody wrote them for.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from calling.moderation import CATEGORIES, Rules, moderate

SET = Path(__file__).parent.parent / "tests" / "moderation"
HALVES = ("known", "kept_apart")
LANGUAGES = ("en", "uk", "bg", "ru")
ROUNDS = 5
LONGEST = 1_400


@dataclass(frozen=True)
class Judged:
    """A sentence of the set: what it is, and what moderation said."""

    text: str
    language: str
    label: str
    said: str


@dataclass(frozen=True)
class Score:
    """``right`` flagged as they should be, ``wrong`` flagged though they should not, ``missed``."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """How many of the flagged should be; 1 when nothing was flagged."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """How many of those that should be flagged are; 1 when there are none."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def judge(half: str) -> list[Judged]:
    """Every sentence of a half, judged with the rules of a new workspace."""
    lines = (SET / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()
    items = [json.loads(line) for line in lines]
    return [Judged(**item, said=moderate(item["text"], Rules()).category) for item in items]


def flagged(judged: Iterable[Judged]) -> Score:
    """Flagged or not, whatever the category."""
    pairs = [(bool(item.label), bool(item.said)) for item in judged]
    return Score(pairs.count((True, True)), pairs.count((False, True)), pairs.count((True, False)))


def of_category(judged: Iterable[Judged], category: str) -> Score:
    """One category against everything else."""
    pairs = [(item.label == category, item.said == category) for item in judged]
    return Score(pairs.count((True, True)), pairs.count((False, True)), pairs.count((True, False)))


def milliseconds(texts: list[str]) -> tuple[float, float]:
    """Median and longest time of one text, each the best of a few rounds."""
    best = []
    for text in texts:
        rounds = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            moderate(text, Rules())
            rounds.append((time.perf_counter() - started) * 1000)
        best.append(min(rounds))
    return statistics.median(best), max(best)


def main() -> None:
    """Prints the tables."""
    started = time.perf_counter()
    moderate("", Rules())
    print(f"reading the lists, once: {(time.perf_counter() - started) * 1000:.0f} ms")
    texts: list[str] = []
    for half in HALVES:
        judged = judge(half)
        texts += [item.text for item in judged]
        innocent = sum(not item.label for item in judged)
        print(f"\n{half}: {len(judged)} sentences, {innocent} of them innocent")
        print(f"  {'':34}  precision  recall")
        _line("flagged or not, all languages", flagged(judged))
        for language in LANGUAGES:
            _line(f"flagged or not, {language}", flagged(_in(judged, language)))
        for category in CATEGORIES:
            _line(category, of_category(judged, category))
            for language in LANGUAGES:
                _line(f"  {category} {language}", of_category(_in(judged, language), category))
    middle, longest = milliseconds(texts)
    print(f"\none sentence: {middle:.2f} ms (median), {longest:.2f} ms (longest)")
    full = (" ".join(texts[:60]) * 2)[:LONGEST]
    print(f"a text of {LONGEST} characters: {milliseconds([full])[0]:.1f} ms")


def _in(judged: list[Judged], language: str) -> list[Judged]:
    return [item for item in judged if item.language == language]


def _line(name: str, score: Score) -> None:
    counts = f"({score.right} right, {score.wrong} wrong, {score.missed} missed)"
    print(f"  {name:34}  {score.precision:9.3f}  {score.recall:6.3f}  {counts}")


if __name__ == "__main__":
    main()
