"""What stands in a pasted line and names no place: telephone, floor, door, post box, who lives there.

A part is taken for noise only with what tells it: a floor with its number, a door with its letter. ``Porte de Clichy``
and ``rue du Bâtiment`` stay.
"""

from __future__ import annotations

import re

__all__ = ["without_noise"]

_DESIGNATOR = r"(?:n[°ºo]?\s?)?(?:\d{1,4}[a-z]?|[a-ce-km-z]\d{0,3})\b"
"""Number or letter of a door; ``d`` and ``l`` are articles."""
_ORDINAL = r"(?:\d{1,2}\s?(?:er|ere|[eè]re|e|è|[eéè]me|nd|nde)|premier|deuxi[eè]me|troisi[eè]me|quatri[eè]me|dernier)"
_NOISE = re.compile(
    "|".join(
        (
            r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+",  # an e-mail address
            r"\bhttps?://\S+",
            (
                r"(?:\b(?:t[eé]l(?:[eé]phone)?|fax|port(?:able)?|mob(?:ile)?)\b\s?[.:]*\s*)?"
                r"(?:\+\s?33|\b0033|\b0)\s?(?:\(0\)\s?)?[1-9](?:[\s./-]?\d{2}){4}\b"
            ),
            rf"\b{_ORDINAL}\s+[eé]t(?:age|\.|g\b)(?:\s+(?:gauche|droite|face))?",
            r"\b[eé]tage\s*:?\s*\d{1,2}\b",
            r"\brez[\s-]de[\s-]chauss[eé]e\b|\brdc\b",
            r"\b(?:appartement|appart|appt|apt|app)\b\.?\s*:?\s*" + _DESIGNATOR,
            r"\b(?:b[aâ]timent|b[aâ]t|immeuble|imm|escalier|esc|entr[eé]e|hall|porte|bo[iî]te(?: aux lettres)?|bal)\b"
            r"\.?\s*:?\s*" + _DESIGNATOR,
            r"\b(?:digicode|code|interphone|sonner|sonnette)\b\s*:?\s*(?!postal)[a-z]?\d{1,6}[a-z]?\b",
            r"\b(?:bp|b\.p\.|cs|tsa|cidex)\s*n?[°º]?\s*\d{1,6}\b",
            r"\bcedex\b(?:\s+\d{1,2}\b)?",
            r"\bcode postal\b\s*:?",
            r"(?:^|(?<=[\n,]))\s*(?:adresse|livraison|exp[eé]diteur|destinataire|lieu)(?: de livraison)?\s*:",
            (  # who lives there: at the head of a line, up to its end, a comma, a dash or the number
                r"(?:^|(?<=\n))\s*(?:m\.?(?:\s?(?:et|ou)\s?mme)?|mr|mme|mlle|messieurs|monsieur|madame|mademoiselle|famille"
                r"|sci|sarl|sas|eurl|soci[eé]t[eé]|association)\b\.?[^,\n\d]{0,60}?(?:[,\n]|\s[-–]\s|(?=\d))"
            ),
        )
    ),
    re.IGNORECASE,
)


def without_noise(text: str) -> str:
    """Return the text with a comma in place of every such part, and of every line's end."""
    return _NOISE.sub(" , ", text).replace("\n", " , ")
