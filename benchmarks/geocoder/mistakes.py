"""The model of errors: what becomes of an address between a head, a keyboard and a clipboard.

Eight kinds, each drawn from a seed and applied to an address of the ground (nothing is picked by hand):

=============  ========================================================================================================
exact          number, street, postcode and commune as the base writes them
no postcode    the same without postcode, accents, capitals, hyphens and apostrophes
abbreviated    kind of street, titles and saints shortened as on envelopes, ``bis`` as ``b`` (half), a full stop after
               half of them; without accents (7 in 10); without postcode (half)
one typo       no postcode; one letter of street or commune left out (30 %), replaced by a neighbour on the keyboard
               (25 %), followed by a stray neighbour or itself doubled (25 %), or swapped with the next (20 %)
two typos      the same twice
half-typed     no postcode; cut inside the commune after at least three letters and half of it, or (half) before the
               commune, inside the last word of the street after at least three letters and half of it
swapped        no postcode; the commune before the number (half), or two neighbouring words of the street swapped
pasted         the exact line with what a form or a letter adds: a name before it, a floor, a door, a telephone, CEDEX,
               the country, line feeds, capitals throughout
=============  ========================================================================================================
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from geo.places import Address

__all__ = ["KINDS", "Question", "folded", "question", "town_of"]

_SHORT_KINDS: Mapping[str, tuple[str, ...]] = {
    "rue": ("r",), "avenue": ("av", "ave"), "boulevard": ("bd", "bld", "boul"), "chemin": ("ch", "chem"),
    "impasse": ("imp",), "place": ("pl",), "allee": ("all",), "route": ("rte",), "square": ("sq",),
    "passage": ("pass",), "faubourg": ("fg", "fbg"), "lotissement": ("lot",), "residence": ("res",), "cours": ("crs",),
    "quai": ("qu",), "rond point": ("rpt",), "montee": ("mte",),
}  # fmt: skip
_SHORT_TITLES: Mapping[str, str] = {
    "general": "gal", "marechal": "mal", "docteur": "dr", "professeur": "prof", "commandant": "cdt", "colonel": "col",
    "capitaine": "cne", "president": "pdt", "lieutenant": "lt", "saint": "st", "sainte": "ste",
}  # fmt: skip
_ROWS = ("azertyuiop", "qsdfghjklm", "wxcvbn")
_BEFORE = ("Mme Martin\n", "M. et Mme Durand, ", "SCI du Parc - ", "Adresse : ", "Livraison: ", "Famille Petit\n")
_BETWEEN = (", 3e étage", ", 2ème étage porte 12", " bât. B", ", appt 14", ", RDC", ", esc. 2 porte gauche")
_AFTER = (
    " France",
    "\nFRANCE",
    " CEDEX",
    " Cedex 9",
    " Tél. 01 23 45 67 89",
    ", tel: 06.12.34.56.78",
    "\n+33 6 12 34 56 78",
)
_DISTRICT = re.compile(r" \d+e(?:r|me)? arrondissement$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody writes, and the address that is meant."""

    kind: str
    text: str
    meant: Address
    street: str | None = None
    """The beginning of a street that the text stops in, folded; None where the street is written out."""
    says_postcode: bool = False


def folded(text: str) -> str:
    """Return a text without accents, case and punctuation: what two spellings of one name share."""
    plain = unicodedata.normalize("NFD", text.replace("œ", "oe").replace("Œ", "oe"))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", letters).split())


def town_of(commune: str) -> str:
    """Return the name that people write of a commune: of a district of Paris, Lyon or Marseille, the town."""
    return _DISTRICT.sub("", commune)


def question(kind: str, address: Address, rng: random.Random) -> Question:
    """Write an address as one kind of error has it."""
    return _MAKERS[kind](address, rng)


def _exact(address: Address, _rng: random.Random) -> Question:
    text = " ".join(filter(None, (address.number, address.street, address.postcode, town_of(address.commune))))
    return Question("exact", text, address, says_postcode=bool(address.postcode))


def _without_postcode(address: Address, _rng: random.Random) -> Question:
    return Question("no postcode", f"{address.number.lower()} {_line(address)}", address)


def _abbreviated(address: Address, rng: random.Random) -> Question:
    number = re.sub(r"(?i) ?bis$", "b", address.number) if rng.random() < 0.5 else address.number
    accents = rng.random() >= 0.7
    street = _shortened(address.street, rng, accents=accents, kinds=True)
    town = _shortened(town_of(address.commune), rng, accents=accents, kinds=False)
    postcode = address.postcode if rng.random() < 0.5 else ""
    text = " ".join(filter(None, (number, street, postcode, town)))
    return Question("abbreviated", text, address, says_postcode=bool(postcode))


def _shortened(name: str, rng: random.Random, *, accents: bool, kinds: bool) -> str:
    written = [word for word in re.split(r"[\s-]+", name) if word] if accents else folded(name).split()
    short = []
    for place, word in enumerate(written):
        plain = folded(word)
        if place == 0 and kinds and plain in _SHORT_KINDS:
            short.append(_dotted(rng.choice(_SHORT_KINDS[plain]), rng))
        elif plain in _SHORT_TITLES:
            short.append(_dotted(_SHORT_TITLES[plain], rng))
        else:
            short.append(word)
    return " ".join(short)


def _dotted(word: str, rng: random.Random) -> str:
    return word + "." if rng.random() < 0.5 else word


def _one_typo(address: Address, rng: random.Random) -> Question:
    line = _line(address)
    return Question("one typo", f"{address.number.lower()} {_mistyped(line, {line}, rng)}", address)


def _two_typos(address: Address, rng: random.Random) -> Question:
    line = _line(address)
    once = _mistyped(line, {line}, rng)
    return Question("two typos", f"{address.number.lower()} {_mistyped(once, {line, once}, rng)}", address)


def _mistyped(line: str, known: set[str], rng: random.Random) -> str:
    """Make one slip that can be seen: another text than those known."""
    letters = [place for place, letter in enumerate(line) if letter.isalpha()]
    while True:
        text = _slip(line, rng.choice(letters), rng)
        if text not in known:
            return text


def _slip(line: str, at: int, rng: random.Random) -> str:
    draw, letter = rng.random(), line[at]
    if draw < 0.30:
        return line[:at] + line[at + 1 :]
    if draw < 0.55:
        return line[:at] + rng.choice(_neighbours(letter)) + line[at + 1 :]
    if draw < 0.80:
        return line[: at + 1] + rng.choice([letter, *_neighbours(letter)]) + line[at + 1 :]
    return line[:at] + line[at + 1 : at + 2] + letter + line[at + 2 :]


def _neighbours(letter: str) -> list[str]:
    """Return the keys around a letter of a French keyboard, itself left out."""
    row = next(number for number, keys in enumerate(_ROWS) if letter in keys)
    column = _ROWS[row].index(letter)
    around = [keys[max(0, column - 1) : column + 2] for keys in _ROWS[max(0, row - 1) : row + 2]]
    return sorted(set("".join(around)) - {letter})


def _half_typed(address: Address, rng: random.Random) -> Question:
    street, town = folded(address.street), folded(town_of(address.commune))
    last = street.split()[-1]
    if rng.random() < 0.5 and len(last) > 3:
        kept = rng.randint(max(3, (len(last) + 1) // 2), len(last) - 1)
        begun = street[: len(street) - len(last) + kept]
        return Question("half-typed", f"{address.number.lower()} {begun}", address, street=begun)
    least = min(len(town), max(3, (len(town) + 1) // 2))
    kept = rng.randint(least, max(least, len(town) - 1))
    return Question("half-typed", f"{address.number.lower()} {street} {town[:kept].rstrip()}", address)


def _swapped(address: Address, rng: random.Random) -> Question:
    street, town = folded(address.street).split(), folded(town_of(address.commune))
    if rng.random() < 0.5 or len(street) < 2:
        return Question("swapped", f"{town} {address.number.lower()} {' '.join(street)}", address)
    at = rng.randrange(len(street) - 1)
    street[at], street[at + 1] = street[at + 1], street[at]
    return Question("swapped", f"{address.number.lower()} {' '.join(street)} {town}", address)


def _pasted(address: Address, rng: random.Random) -> Question:
    before = rng.choice(_BEFORE) if rng.random() < 0.5 else ""
    between = rng.choice(_BETWEEN) if rng.random() < 0.5 else ""
    after = rng.choice(_AFTER) if rng.random() < 0.5 or not (before or between) else ""
    feed = rng.choice((", ", "\n", " ", " - "))
    line = f"{address.number} {address.street}{between}{feed}{address.postcode} {town_of(address.commune)}{after}"
    text = before + (line.upper() if rng.random() < 0.3 else line)
    return Question("pasted", text, address, says_postcode=bool(address.postcode))


def _line(address: Address) -> str:
    return f"{folded(address.street)} {folded(town_of(address.commune))}"


_MAKERS: Mapping[str, Callable[[Address, random.Random], Question]] = {
    "exact": _exact,
    "no postcode": _without_postcode,
    "abbreviated": _abbreviated,
    "one typo": _one_typo,
    "two typos": _two_typos,
    "half-typed": _half_typed,
    "swapped": _swapped,
    "pasted": _pasted,
}
KINDS = tuple(_MAKERS)
