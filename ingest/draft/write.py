"""The TOML of a draft: what was found as keys, what is still open as comments that begin with ``# ?``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geo.places import Licence
from geo.taxonomy import Taxonomy
from ingest.catalogue import COLUMNS, Kind
from ingest.draft.codes import fitting_map, likely_category
from ingest.draft.meaning import Meaning
from ingest.draft.profile import Profile
from ingest.tags import OUT_OF_SCOPE

__all__ = ["UNDATED", "About", "Draft", "opening", "way_in", "write_draft"]

_CODES_HERE = 12
"""More codes than that go into a map of their own."""

_GEOCODERS_PRECISION = (
    'precision = { housenumber = "housenumber", street = "street", locality = "locality", municipality = "locality" }'
)

UNDATED = "of which date is it? Neither name nor publisher says: the day on which the file was laid here stands for it"


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a file beside its rows."""

    id: str
    title: str
    address: Mapping[str, str]
    """``url``, ``protocol`` and ``dataset`` where the file came from the network; empty for a file of a mirror."""
    path: str
    """Below a mirror; empty for a file from the network."""
    data_date: str
    dated: bool
    """False where nothing says the date, so that the day on which the file was laid here stands for it."""
    territory: str
    read_as: str = ""
    """``"1,234 rows, 12 columns"``."""
    rows: int = 0
    rows_at: str = ""
    """Way to the rows inside the file; empty where they lie where they are looked for."""
    kind: Kind = "services"
    encoding: str = ""
    """To be declared; empty where those that every source accepts are enough."""
    questions: tuple[str, ...] = ()
    """Of name and encoding."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of a source, and of the map that goes with it (empty where none does)."""

    source: str
    map: str = ""


def write_draft(
    about: About,
    profiles: Sequence[Profile],
    meaning: Meaning,
    taxonomy: Taxonomy,
    maps: Mapping[str, Mapping[str, str]],
) -> Draft:
    """Write a source that the schema accepts once its licence is named; what else it does not know it asks.

    Parameters
    ----------
    maps
        The codes of each map that ships, by name.
    """
    questions = [
        "who publishes it, on which page, and under which licence? " + ", ".join(licence.value for licence in Licence),
        *([] if about.dated else [UNDATED]),
        *about.questions,
        *(meaning.questions if about.kind == "services" else ()),
    ]
    columns = {name: header for name, header in meaning.columns.items() if name in COLUMNS[about.kind]}
    if about.kind == "commune_facts" and "insee" in meaning.columns:
        columns["key"] = meaning.columns["insee"]
    category, codes = "", list[str]()
    if about.kind == "services":
        category, codes = _category(about, profiles, meaning, taxonomy, maps, questions)
    lines = [
        *opening(about, questions),
        *way_in(about),
        f"encoding = [{_text(about.encoding)}]" if about.encoding else "",
        f"rows = {_text(about.rows_at)}" if about.rows_at else "",
        category,
        *(f"columns.{name} = {_text(header)}" for name, header in columns.items()),
        *(f"links.{kind} = {_text(header)}" for kind, header in meaning.links.items() if about.kind == "services"),
    ]
    if "precision" in columns:
        lines.append(_GEOCODERS_PRECISION)
    if meaning.lost_point:
        lines.append("lost_point = true")
    if meaning.crs and "x" in columns:
        lines.append(f"crs.default = {_text(meaning.crs)}")
    here = codes if len(codes) <= _CODES_HERE else []
    lines += ["[categories]", *here] if here else []
    own_map = (
        "\n".join([f"# Codes of {about.id} → categories.", "[codes]", *codes]) + "\n" if codes and not here else ""
    )
    return Draft("\n".join(line for line in lines if line) + "\n", own_map)


def opening(about: About, questions: Sequence[str]) -> list[str]:
    """Return the first lines of a draft: what it is, what is open, and what it is called."""
    return [
        f"# A draft: {about.read_as}. Lines that begin with `# ?` are open; take them out once they are answered.",
        *(f"# ? {question}" for question in questions),
        f"id = {_text(about.id)}",
        f"title = {_text(about.title)}",
        f"kind = {_text(about.kind)}" if about.kind != "services" else "",
        'producer = "à compléter"',
        'licence = ""',  # never a guess: what is published under a licence carries it to every answer
    ]


def way_in(about: About) -> list[str]:
    """Return the lines that say where the file comes from, whom it is about, and how many rows a good day has."""
    lines = [f"{key} = {_text(value)}" for key, value in about.address.items()]
    if about.path:
        lines.append(f"mirror = [{{ data_date = {_text(about.data_date)}, paths = [{_text(about.path)}] }}]")
    return [
        *lines,
        f"territories = [{_text(about.territory)}]",
        f"expect = {{ rows = [{int(about.rows * 0.8)}, {int(about.rows * 1.5) + 1}] }}",
    ]


def _category(
    about: About,
    profiles: Sequence[Profile],
    meaning: Meaning,
    taxonomy: Taxonomy,
    maps: Mapping[str, Mapping[str, str]],
    questions: list[str],
) -> tuple[str, list[str]]:
    """Return the line that says what the rows are, and the lines of a table of codes where one is needed."""
    header = meaning.columns.get("category")
    if header is None:
        found = likely_category(about.title, taxonomy)
        questions.append(f"is {found!r} what its rows are? data/taxonomy.toml lists the categories")
        return f"category = {_text(found)}", []
    values = next(p for p in profiles if p.header == header).values
    if known := fitting_map((value for value, _ in values), maps):
        questions.append(f"the map {known!r} knows most of the codes of {header!r}: does it fit?")
        return f"map = {_text(known)}", []
    guesses = {value: likely_category(value, taxonomy) for value, _ in values}
    open_ones = sum(guess == OUT_OF_SCOPE for guess in guesses.values())
    questions.append(f"which categories do the codes lead to? {open_ones} of {len(values)} are out of scope so far")
    codes = [f"{_text(value)} = {_text(guesses[value])} # {count} rows" for value, count in values]
    return ("" if len(codes) <= _CODES_HERE else f"map = {_text(about.id)}"), codes


def _text(value: str) -> str:
    """Write a TOML string: JSON's escapes are a part of TOML's."""
    return json.dumps(value, ensure_ascii=False)
