"""XML: every element of one name is a row; its attributes and the elements inside it are the row's values.

Entities and document types are refused: a file of rows needs none, and a bomb or a look at this machine's files does.
"""

from __future__ import annotations

import io
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from geo.errors import SourceMalformed
from ingest.catalogue import Source
from ingest.connectors.nested import Gathered
from ingest.connectors.table import Table, Wanted, frame_of

__all__ = ["read"]

_DEPTH = 50


def read(source: Source, content: bytes, name: str, wanted: Wanted) -> Table:
    """Read the elements of an XML file that ``source.rows`` names.

    Raises
    ------
    SourceMalformed
        When the file is cut off or no XML, when it declares a document type or entities, or has no such element.
    """
    gathered, found = Gathered(wanted), 0
    names: dict[str, int] = {}
    open_elements: list[Element] = []
    try:
        for event, element in iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
            if event == "start":
                open_elements.append(element)
                if len(open_elements) > _DEPTH:
                    raise SourceMalformed(source.id, "elements nested too deep", file=name)
                continue
            open_elements.pop()
            tag = _bare(element.tag)
            names[tag] = names.get(tag, 0) + 1
            if tag == source.rows:
                gathered.add(_object(element))
                found += 1
            if len(open_elements) == 1 or tag == source.rows:
                element.clear()
    except DefusedXmlException as error:
        detail = "declares a document type or entities: refused"
        raise SourceMalformed(source.id, detail, file=name) from error
    except ParseError as error:
        line, column = error.position
        detail = f"cut off or no XML, at character {column + 1}: {str(error.msg).partition(':')[0]}"
        raise SourceMalformed(source.id, detail, file=name, line=line) from error
    except (LookupError, ValueError) as error:
        raise SourceMalformed(source.id, f"no XML: {error}", file=name, line=1) from error
    if not found:
        often = sorted(names, key=lambda tag: (-names[tag], tag))[:10]
        detail = f"holds no element {source.rows!r} (rows = …); the most frequent are {', '.join(often)}"
        raise SourceMalformed(source.id, detail, file=name, line=1)
    frame = frame_of(gathered.columns(), range(1, found + 1), name)
    return Table(source.id, frame, (name,), headers=gathered.headers)


def _object(element: Element) -> dict[str, Any]:
    """Return attributes and elements inside by name; several of one name as a list."""
    inside: dict[str, Any] = {_bare(key): value for key, value in element.attrib.items()}
    met: set[str] = set()
    for child in element:
        key = _bare(child.tag)
        value: Any = _object(child) if len(child) or _tells(child) else (child.text or "")
        if key in met:
            former = inside[key]
            inside[key] = [*former, value] if isinstance(former, list) else [former, value]
        else:
            inside[key] = value
            met.add(key)
    return inside


def _tells(element: Element) -> bool:
    """Tell whether an element's attributes say anything (``xsi:nil`` does not) and it has no text of its own."""
    return any(_bare(key) != "nil" for key in element.attrib) and not (element.text or "").strip()


def _bare(tag: str) -> str:
    """Return a name without its namespace."""
    return tag.rpartition("}")[2]
