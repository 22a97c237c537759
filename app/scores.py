"""From what was asked to scores: the way that one place, a batch, the command line and the report all take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.validation import shown
from geo.coordinates import require_lonlat
from geo.errors import AlentoursError, FieldProblem, InvalidParameter, OffNetwork, UnknownAddress
from geo.method import Profile
from geo.scoring import Place, Score, score
from geo.snapshot import Snapshot

__all__ = [
    "MAX_ADDRESS_LENGTH",
    "Asked",
    "Point",
    "Words",
    "asked_of",
    "choose_profile",
    "located",
    "read_pairs",
    "scores",
]

DEFAULT_PROFILE = "famille"
MAX_ADDRESS_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Point:
    """A place given by its coordinates."""

    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Words:
    """A place given by its address."""

    address: str


Asked = Point | Words


def asked_of(snapshot: Snapshot, lon: float | None, lat: float | None, address: str | None) -> Asked:
    """Return the place that is asked for: either an address or both coordinates, never a mixture.

    Raises
    ------
    InvalidParameter
        When both are given, or neither, or half of one; when the coordinates are none or seem exchanged.
    """
    either = "either address, or lon and lat"
    if address is not None and (lon is not None or lat is not None):
        raise InvalidParameter(FieldProblem("address", "stands beside coordinates", either))
    if address is not None:
        if not address.strip():
            raise InvalidParameter(FieldProblem("address", "is blank", "the words of an address"))
        if len(address) > MAX_ADDRESS_LENGTH:
            expected = f"at most {MAX_ADDRESS_LENGTH} characters"
            raise InvalidParameter(FieldProblem("address", f"has {len(address)} characters", expected))
        return Words(address)
    if lon is None and lat is None:
        raise InvalidParameter(FieldProblem("address", "no place is given", either))
    if lon is None or lat is None:
        raise InvalidParameter(FieldProblem("lon" if lon is None else "lat", "is missing", either))
    require_lonlat(lon, lat, snapshot.territory.bbox)
    return Point(lon, lat)


def scores(
    snapshot: Snapshot, asked: Sequence[Asked | AlentoursError], mode: str, profile: Profile
) -> list[Score | AlentoursError]:
    """Score places in order; a place that has no score has its error there, and never fails the others."""
    return score(snapshot, [located(snapshot, place) for place in asked], mode, profile)


def located(snapshot: Snapshot, asked: Asked | AlentoursError) -> Place | AlentoursError:
    """Find the place that is asked for; an address that is none is its own error, to be kept in its row."""
    if isinstance(asked, Point):
        return Place(asked.lon, asked.lat)
    if isinstance(asked, AlentoursError):
        return asked
    try:
        return Place.of_match(snapshot.addresses.resolve(asked.address))
    except UnknownAddress as error:
        return _not_loaded(snapshot, error) or error
    except AlentoursError as error:
        return error


def _not_loaded(snapshot: Snapshot, error: UnknownAddress) -> OffNetwork | None:
    """Return what to say of an address in a commune without loaded streets: the address may well exist."""
    if error.reason != "not_loaded":
        return None
    commune = error.candidates[0]
    return None if snapshot.is_loaded(commune.lon, commune.lat) else OffNetwork(commune.commune)


def choose_profile(
    snapshot: Snapshot,
    name: str | None,
    weights: dict[str, float] | None,
    cutoffs_min: dict[str, float] | None = None,
) -> Profile:
    """Return the profile of this name (the first one's when None), with the reader's own weights and cut-offs if any.

    Raises
    ------
    InvalidParameter
        When there is no such profile, or the weights or cut-offs cannot be.
    """
    if name is None:
        name = DEFAULT_PROFILE if DEFAULT_PROFILE in snapshot.profiles else next(iter(snapshot.profiles))
    profile = snapshot.require_profile(name)
    if weights is not None:
        profile = profile.with_weights(weights, snapshot.taxonomy)
    return profile if cutoffs_min is None else profile.with_cutoffs(cutoffs_min, snapshot.method)


def read_pairs(text: str, field: str) -> dict[str, float]:
    """Read ``name:number,…`` of a parameter.

    Raises
    ------
    InvalidParameter
        When a part is no such pair, or a name stands twice.
    """
    named = {"weights": "family", "cutoffs": "category"}[field]
    numbers: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = (piece.strip() for piece in part.partition(":"))
        if name in numbers:
            raise InvalidParameter(FieldProblem(field, f"{name} stands twice", f"one number a {named}"))
        try:
            numbers[name] = float(number)
        except ValueError:
            expected = f"{named}:number,{named}:number"
            raise InvalidParameter(FieldProblem(field, f"cannot read {shown(part)}", expected)) from None
    return numbers
