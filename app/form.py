"""The body of a request as the fields of a form, one of which may be a file (``multipart/form-data``, RFC 7578)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser

from fastapi import Request

from app.errors import BodyTooLarge
from geo.errors import FieldProblem, InvalidParameter

__all__ = ["Field", "Form", "read_form"]

_MOST_FIELDS = 200
_EXPECTED = "a form as curl -F sends it (multipart/form-data)"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form."""

    name: str
    content: bytes
    filename: str = ""
    """Empty where it is no file."""

    @property
    def text(self) -> str:
        """The content as text; what is not UTF-8 in it is replaced, since no name of a column matches it then."""
        return self.content.decode("utf-8", "replace")


class Form:
    """The fields of a form, in the order sent."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self.fields = tuple(fields)

    def file(self, name: str) -> Field:
        """Return the last field of a name.

        Raises
        ------
        InvalidParameter
            When there is none.
        """
        found = [field for field in self.fields if field.name == name]
        if not found:
            raise InvalidParameter(FieldProblem(name, "is missing", f"a CSV file, as in -F {name}=@addresses.csv"))
        return found[-1]


async def read_form(request: Request, most_bytes: int) -> Form:
    """Read the body, refused before it is held when it is too large; parameters of the address count as fields too.

    Raises
    ------
    BodyTooLarge, InvalidParameter
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most_bytes:
            raise BodyTooLarge(most_bytes)
    given = [Field(name, value.encode()) for name, value in request.query_params.multi_items()]
    header = request.headers.get("content-type", "")
    return Form([*given, *_fields(bytes(body), _boundary(header))])


def _boundary(header: str) -> bytes:
    said = Message()
    said["content-type"] = header
    boundary = said.get_param("boundary")
    if said.get_content_type() != "multipart/form-data" or not isinstance(boundary, str) or not boundary:
        raise InvalidParameter(FieldProblem("body", "is no form", _EXPECTED))
    return b"--" + boundary.encode()


def _fields(body: bytes, boundary: bytes) -> Iterator[Field]:
    parts = (b"\r\n" + body).split(b"\r\n" + boundary)
    if len(parts) < 3 or not parts[-1].startswith(b"--"):
        raise InvalidParameter(FieldProblem("body", "ends before its form does", _EXPECTED))
    if len(parts) > _MOST_FIELDS:
        raise InvalidParameter(FieldProblem("body", f"has more than {_MOST_FIELDS} fields", "fewer"))
    for part in parts[1:-1]:
        yield _field(part)


def _field(part: bytes) -> Field:
    head, gap, content = part.lstrip(b" \t").removeprefix(b"\r\n").partition(b"\r\n\r\n")
    if not gap:
        raise InvalidParameter(FieldProblem("body", "holds a field without headers", _EXPECTED))
    headers = HeaderParser().parsestr(head.decode("utf-8", "replace"))
    name = headers.get_param("name", header="content-disposition")
    if not isinstance(name, str):
        raise InvalidParameter(FieldProblem("body", "holds a field without a name", _EXPECTED))
    filename = headers.get_param("filename", "", header="content-disposition")
    return Field(name, content, filename if isinstance(filename, str) else "")
