"""Ten thousand texts that nobody should send: each is answered or answered by nothing, and none takes long."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.geocoder.grounds import Ground
from benchmarks.geocoder.mistakes import KINDS, question
from geo.geocoding import AddressIndex
from geo.places import Address

__all__ = ["FuzzTimes", "fuzzed", "time_fuzz"]

TEXTS = 10_000
_SYNTAX = (
    '"', '" OR 1', "NEAR(", "NEAR(rue av, 5)", "*", "rue*", "-rue", "^rue", "words : rue", "' OR 1=1 --", "AND", "NOT",
    "{words also} : rue", "); DROP TABLE entry; --", "%", "_", "\\", "<script>", "${x}",
)  # fmt: skip
_SHORT = ("rue", "de", "la", "r", "a", "e", "d", "st", "bis", "1", "12")
_LETTERS = "🏠🚀👩‍👩‍👧מרחבرشارعऀ中文ß\x00\x07\x1b\u200b\u202e\ufeff\ud7ff\t\r\n 0123456789aeéèzœ'-,;/"


@dataclass(frozen=True)
class FuzzTimes:
    """Milliseconds of the processor."""

    texts: int
    p50_ms: float
    p99_ms: float
    worst_ms: float


def time_fuzz(index: AddressIndex, ground: Ground, texts: int = TEXTS) -> FuzzTimes:
    """Ask every text; what raises ends the run. The slowest are asked again: a hiccup is no property of theirs."""
    asked = list(fuzzed(ground, texts))
    for text in asked[:50]:
        index.search(text)
    took = sorted(((_ms(index, text), text) for text in asked), reverse=True)
    again = [min(ms, _ms(index, text)) for ms, text in took[:100]]
    ms = sorted([*again, *(ms for ms, _ in took[100:])])
    return FuzzTimes(texts, ms[len(ms) // 2], ms[int(len(ms) * 0.99)], ms[-1])


def fuzzed(ground: Ground, texts: int, seed: int = 9) -> Iterator[str]:
    """Yield texts: characters of every kind, query syntax, words of the base by the hundred, mangled addresses."""
    rng = random.Random(seed)
    housed = ground.housed
    for number in range(texts):
        address = rng.choice(housed)
        written = question(rng.choice(KINDS), address, rng).text
        match number % 8:
            case 0:
                yield "".join(rng.choice(_LETTERS) for _ in range(rng.randint(0, 200)))
            case 1:
                yield f"{rng.choice(_SYNTAX)} {written} {rng.choice(_SYNTAX)}"
            case 2:
                yield " ".join(_words(housed, rng, rng.randint(1, 40)))
            case 3:
                yield _scrambled(written, rng)
            case 4:
                yield str(rng.randrange(10 ** rng.randint(1, 30)))
            case 5:
                yield " ".join(
                    rng.choice(("rue", "de", "la", "r", "a", "e", "d", "st", "bis", "1", "12")) for _ in range(60)
                )
            case 6:
                yield (written + " ") * rng.randint(2, 200)
            case _:
                yield "".join(rng.choice("aeioulrst") for _ in range(rng.randint(1, 40))) + " " + written


def _words(housed: Sequence[Address], rng: random.Random, count: int) -> Iterator[str]:
    for _ in range(count):
        yield rng.choice(rng.choice(housed).street.split())


def _scrambled(text: str, rng: random.Random) -> str:
    letters = list(text)
    for _ in range(rng.randint(3, 12)):
        letters[rng.randrange(len(letters))] = rng.choice("abcdefghijklmnopqrstuvwxyz ")
    return "".join(letters)


def _ms(index: AddressIndex, text: str) -> float:
    start = time.process_time()
    index.search(text)
    return (time.process_time() - start) * 1000
