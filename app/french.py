"""French formats of the report: decimal commas, no-break spaces, minutes as people say them."""

from __future__ import annotations

from geo.evidence import Status

__all__ = ["minutes", "number", "status_word"]

NO_BREAK = "\u00a0"

_STATUS = {
    Status.SCORED: "comptée",
    Status.NONE_WITHIN_CUTOFF: "cherchée, aucune à portée",
    Status.NOT_COVERED: "non couvert",
}


def number(value: float, digits: int) -> str:
    """Write a number: ``1 046,5``."""
    return f"{value:,.{digits}f}".replace(",", NO_BREAK).replace(".", ",")


def minutes(seconds: float) -> str:
    """Write a time: ``moins d’1 min``, ``5 min``, ``1 h 05``."""
    whole = round(seconds / 60)
    if whole < 1:
        return f"moins d’1{NO_BREAK}min"
    if whole < 60:
        return f"{whole}{NO_BREAK}min"
    return f"{whole // 60}{NO_BREAK}h{NO_BREAK}{whole % 60:02d}"


def status_word(status: Status) -> str:
    """Say a status."""
    return _STATUS[status]
