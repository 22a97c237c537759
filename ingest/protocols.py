"""How a publisher is asked: from what a source says of its feed to the requests that bring its files.

Each protocol is one generator. It yields requests and is sent the path of each answer, in turn, so that one request may
follow from the answer to another; it opens no connection itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from geo.errors import ConfigurationError, SourceMalformed, SourceUnavailable
from ingest.catalogue import Source

__all__ = ["Request", "Steps", "answered", "steps_of"]

WFS_PAGE = 1000
"""Features asked for at once; a server may give fewer."""
_ODS_FORMATS = {"": "csv", "csv": "csv", "json": "json", "jsonl": "jsonl", "geojson": "geojson", "parquet": "parquet"}
_ODS_DIALECT = {"csv": {"delimiter": ";", "list_separator": "|"}}
_TAIL_BYTES = 1 << 16
_REMARK = re.compile(rb"""(?:"remark":\s*"|<remark>)\s*(runtime (?:error|remark)[^"<]*)""")
_JSON_QUERY = re.compile(r"\[\s*out\s*:\s*json\b")


def _whole(path: Path) -> str:  # noqa: ARG001 - most answers need no look
    return ""


@dataclass(frozen=True)
class Request:
    """One thing to ask a publisher."""

    url: str
    form: Mapping[str, str] | None = None
    """Fields that are posted; None: nothing is."""
    suffix: str = ""
    """Of the file that the answer becomes; empty: that of the address."""
    dated: str = ""
    """``YYYY-MM-DD`` that the portal says the file is of."""
    listing: bool = False
    """The answer leads to files and is none of them."""
    problem: Callable[[Path], str] = _whole
    """Looks at a whole answer and says why it is none; empty when it is one."""


Steps = Generator[Request, Path, None]
"""Requests; each is sent the path of its answer."""


def steps_of(source: Source, territory: str) -> Steps:
    """Return the requests that bring a source's current files.

    Raises
    ------
    ConfigurationError
        When the protocol does not give the format that the source reads.
    SourceUnavailable
        (on the way) When a portal does not list what the source asks for.
    SourceMalformed
        (on the way) When the pages of an answer do not make up the whole.
    """
    return _PROTOCOLS[source.protocol](source, territory)


def _file(source: Source, territory: str) -> Steps:
    yield Request(source.url.replace("{territory}", territory))


def _opendatasoft(source: Source, territory: str) -> Steps:
    """Ask Explore v2.1 for an export: records come by the hundred and stop at ten thousand, exports are whole."""
    kind = _ods_format(source)
    dataset = quote(source.dataset.replace("{territory}", territory), safe="")
    query = urlencode(_ODS_DIALECT.get(kind, {}))
    address = f"{source.url.rstrip('/')}/api/explore/v2.1/catalog/datasets/{dataset}/exports/{kind}"
    yield Request(address + (f"?{query}" if query else ""), suffix=f".{kind}")


def _opendatasoft_v1(source: Source, territory: str) -> Steps:
    kind = _ods_format(source)
    if kind in {"jsonl", "parquet"}:
        raise ConfigurationError(f"{source.id}: a portal of the first version gives no {kind}")
    query = {"dataset": source.dataset.replace("{territory}", territory), "format": kind}
    if kind == "csv":
        query["csv_separator"] = ";"
    yield Request(f"{source.url.rstrip('/')}/api/records/1.0/download/?{urlencode(query)}", suffix=f".{kind}")


def _ods_format(source: Source) -> str:
    if source.format not in _ODS_FORMATS:
        raise ConfigurationError(f"{source.id}: an Opendatasoft portal exports no {source.format}")
    return _ODS_FORMATS[source.format]


def _udata(source: Source, territory: str) -> Steps:
    """Ask data.gouv.fr for the newest resource of a dataset: its address changes with every release."""
    dataset = quote(source.dataset.replace("{territory}", territory), safe="")
    address = f"{source.url.rstrip('/')}/api/1/datasets/{dataset}/"
    listing = yield Request(address, listing=True, suffix=".json")
    wanted = re.compile(source.resource.replace("{territory}", territory))
    try:
        resources = json.loads(listing.read_bytes())["resources"]
        matching = [r for r in resources if wanted.search(r["title"]) or wanted.search(r["url"])]
        # a dataset may describe its files in files of the same names: the data come first
        newest = max(matching, key=lambda r: (r.get("type", "main") == "main", str(r["last_modified"])))
        found, dated = str(newest["url"]), str(newest["last_modified"])[:10]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        detail = f"{address} lists no resource that matches {source.resource!r}"
        raise SourceUnavailable(source.id, detail) from error
    yield Request(found, dated=dated)


def _wfs(source: Source, territory: str) -> Steps:
    """Ask for the features page by page, until as many came as there are; each page is a file."""
    came, total, seen = 0, None, set[str]()
    while total is None or came < total:
        query = {
            "service": "WFS",
            "version": "2.0.0",
            "request": "GetFeature",
            "typeNames": source.dataset.replace("{territory}", territory),
            "outputFormat": "application/json",
            "srsName": "EPSG:4326",
            "count": WFS_PAGE,
            "startIndex": came,
        }
        address = source.url.replace("{territory}", territory)
        mark = "&" if "?" in address else "?"
        page = yield Request(f"{address}{mark}{urlencode(query)}", suffix=".geojson")
        features, matched = _page(source, page, address)
        if total is not None and matched != total:
            raise SourceMalformed(source.id, f"changed from {total} to {matched} features between two pages")
        total = matched
        if not features and came < total:
            raise SourceMalformed(source.id, f"gave {came} of {total} features", file=address)
        names = {str(feature["id"]) for feature in features if feature.get("id")}
        if seen & names:
            raise SourceMalformed(source.id, "gave a feature on two pages: another one is missing", file=address)
        seen |= names
        came += len(features)
    if came != total:
        raise SourceMalformed(source.id, f"gave {came} of {total} features", file=source.url)


def _page(source: Source, path: Path, address: str) -> tuple[list[dict[str, Any]], int]:
    try:
        body = json.loads(path.read_bytes())
        features = [dict(feature) for feature in body["features"]]
        matched = body.get("numberMatched", body.get("totalFeatures"))
        return features, int(matched)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        detail = "answers with something else than a page of features and their number"
        raise SourceMalformed(source.id, detail, file=address) from error


def _overpass(source: Source, territory: str) -> Steps:
    query = source.dataset.replace("{territory}", territory)
    suffix = ".json" if _JSON_QUERY.search(query) else ".osm"
    yield Request(source.url, form={"data": query}, suffix=suffix, problem=_overpass_problem)


def _overpass_problem(path: Path) -> str:
    """Tell an empty answer from a query that failed: Overpass answers 200 to both, with a remark at the end."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        match = _REMARK.search(file.read())
    return match[1].decode("utf-8", "replace").strip() if match else ""


_PROTOCOLS: Mapping[str, Callable[[Source, str], Steps]] = {
    "file": _file,
    "opendatasoft": _opendatasoft,
    "opendatasoft_v1": _opendatasoft_v1,
    "udata": _udata,
    "wfs": _wfs,
    "overpass": _overpass,
}


def answered(steps: Steps, ask: Callable[[Request], Path]) -> Iterator[tuple[Request, Path]]:
    """Walk through the steps: ask each request, hand its answer back, and give both on."""
    answer: Path | None = None
    while True:
        try:
            request = next(steps) if answer is None else steps.send(answer)
        except StopIteration:
            return
        answer = ask(request)
        yield request, answer
