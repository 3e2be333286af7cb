"""A 16-bit mono WAV at a phone's 8 000 samples a second, where there is no ffmpeg to do it."""

from __future__ import annotations

import math
import struct
from array import array
from functools import cache
from operator import mul

from calling.recordings import wav
from calling.recordings.kinds import Sound
from calling.recordings.sniff import sniff

RATE = 8_000
"""Samples a second of a telephone line (ITU-T G.711)."""

PASSES_HZ = 3_600
"""What lies above is taken out; half of RATE is where it would be folded back."""

CROSSINGS = 8
"""Zero crossings of the filter on either side (a windowed sinc)."""


def narrowed(sound: Sound) -> Sound:
    """The same sound at RATE; one that is not 16-bit mono WAV, or narrow already, stays."""
    form, samples = sound.content[20:36], sound.content[44:]
    tag, channels, rate, _, _, bits = struct.unpack("<HHIIHH", form)
    if sound.kind != "wav" or (tag, channels, bits) != (1, 1, 16) or rate <= RATE:
        return sound
    values = array("h", samples[: len(samples) // 2 * 2])
    shared = math.gcd(rate, RATE)
    step, phases = rate // shared, RATE // shared
    reach = math.ceil(CROSSINGS * rate / (2 * PASSES_HZ))
    filters = _filters(rate, phases, reach)
    padded = array("h", bytes(2 * reach)) + values + array("h", bytes(2 * reach + 2))
    made = array("h")
    for number in range(len(values) * RATE // rate):
        at, phase = divmod(number * step, phases)
        value = sum(map(mul, filters[phase], padded[at : at + 2 * reach + 1]))
        made.append(max(-32_768, min(32_767, round(value))))
    return sniff(wav.written(struct.pack("<HHIIHH", 1, 1, RATE, RATE * 2, 2, 16), made.tobytes()))


@cache
def _filters(rate: int, phases: int, reach: int) -> tuple[tuple[float, ...], ...]:
    """For each position between two samples: the weights of the samples around it."""
    return tuple(_filter(rate, phase / phases, reach) for phase in range(phases))


def _filter(rate: int, offset: float, reach: int) -> tuple[float, ...]:
    cut = 2 * PASSES_HZ / rate
    weights = []
    for place in range(-reach, reach + 1):
        x = place - offset
        sinc = math.sin(math.pi * cut * x) / (math.pi * cut * x) if x else 1.0
        weights.append(
            sinc * (0.5 + 0.5 * math.cos(math.pi * max(-1.0, min(1.0, x / (reach + 1)))))
        )
    total = sum(weights)
    return tuple(weight / total for weight in weights)
