"""The accounts of a source: every row read ends as kept, merged, out of scope or rejected with a code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Ledger", "Reject", "RejectCode", "UnbalancedLedger", "count_codes"]


class RejectCode(StrEnum):
    """Why a row could not become a record. The value is what a ledger shows."""

    RAGGED_ROW = "ragged_row"
    NO_KEY = "no_key"
    NO_POSITION = "no_position"
    BAD_POSITION = "bad_position"
    ZERO_POSITION = "zero_position"
    SWAPPED_POSITION = "swapped_position"
    OTHER_DEPARTMENT = "other_department"
    OTHER_COMMUNE = "other_commune"
    ADDRESS_NOT_FOUND = "address_not_found"
    UNMAPPED_CATEGORY = "unmapped_category"
    UNKNOWN_COMMUNE = "unknown_commune"
    NO_STREET = "no_street"
    BAD_NUMBER = "bad_number"
    BAD_GEOMETRY = "bad_geometry"
    BAD_RANGE = "bad_range"
    UNKNOWN_SERVICE = "unknown_service"

    @property
    def reason(self) -> str:
        """Return what is wrong, in words for the people who keep the source."""
        return _REASONS[self]


_REASONS: Mapping[RejectCode, str] = {
    RejectCode.RAGGED_ROW: "the row has more or fewer cells than the header",
    RejectCode.NO_KEY: "the publisher's own identifier is empty",
    RejectCode.NO_POSITION: "no coordinates and no address in the territory, and nothing says it is beyond the halo",
    RejectCode.BAD_POSITION: "the coordinates are no numbers, or lie outside what their system allows",
    RejectCode.ZERO_POSITION: "the coordinates are (0, 0) or next to it, which stands for unknown",
    RejectCode.SWAPPED_POSITION: "longitude and latitude are exchanged, and nothing else in the row proves it",
    RejectCode.OTHER_DEPARTMENT: "the coordinates lie in another département than declared, and the address is unknown",
    RejectCode.OTHER_COMMUNE: "the coordinates lie far from the commune declared, and the address is unknown",
    RejectCode.ADDRESS_NOT_FOUND: "no coordinates, and the address that the row gives is in no address file here",
    RejectCode.UNMAPPED_CATEGORY: "the source's code leads to no category",
    RejectCode.UNKNOWN_COMMUNE: "the commune code is in no known COG, current or former, or was divided since",
    RejectCode.NO_STREET: "a house number without the name of its street",
    RejectCode.BAD_NUMBER: "a number is expected, and the cell holds none",
    RejectCode.BAD_GEOMETRY: "the outline cannot be read as an area",
    RejectCode.BAD_RANGE: "the house numbers of a sector are no range",
    RejectCode.UNKNOWN_SERVICE: "the row is about a place or a journey that no other file of its publisher knows",
}


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that could not become a record."""

    source: str
    code: RejectCode
    line: int
    """In its file, from 1 with the header as line 1; the feature or object number where a file has no lines."""
    example: str
    """The value that was refused, shortened; never a person's."""
    file: str = ""


class UnbalancedLedger(AssertionError):
    """The four counts do not add up to the rows read: a row vanished. A defect, never a matter of the data."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The four counts of one source in one run."""

    read: int
    kept: int
    merged: int
    """Rows that stand for the same place as a row that was kept: inside the source, or in another one."""
    out_of_scope: int
    """Rows that a declared filter leaves out, or that lie beyond the halo."""
    rejected: int

    def check(self, source: str) -> None:
        """Raise when a row vanished.

        Raises
        ------
        UnbalancedLedger
            When a count is negative, or the four do not add up to ``read``.
        """
        parts = (self.kept, self.merged, self.out_of_scope, self.rejected)
        if min(parts) < 0 or sum(parts) != self.read:
            raise UnbalancedLedger(f"source {source}: {' + '.join(map(str, parts))} is not the {self.read} rows read")

    def with_merged(self, rows: int) -> Ledger:
        """Return the ledger after ``rows`` of the kept rows were found to stand elsewhere already."""
        return Ledger(self.read, self.kept - rows, self.merged + rows, self.out_of_scope, self.rejected)


def count_codes(rejects: Iterable[Reject]) -> dict[str, int]:
    """Count rejects by code, most frequent first, then by code."""
    counts = Counter(reject.code.value for reject in rejects)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
