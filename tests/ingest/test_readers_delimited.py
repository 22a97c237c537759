"""CSV read in one sweep and record by record: both ways give one table, and nothing is lost on either."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import SourceMalformed
from ingest.connectors import delimited
from ingest.connectors.table import FILE, LINE, Wanted
from ingest.ledger import RejectCode
from tests.ingest.world import source

ALL = Wanted(None)


def lay_out(content: str | bytes, **given):
    content = content.encode() if isinstance(content, str) else content
    of = source(**given)
    return of, content, delimited.lay_out(of, content, "essai.csv", ALL)


def plainly(content, **given):
    of, content, layout = lay_out(content, **given)
    return delimited.read_plainly(of, content, "essai.csv", layout)


def carefully(content, **given):
    of, content, layout = lay_out(content, **given)
    return delimited.read_carefully(of, content, "essai.csv", layout)


def rows(table) -> list[list[str]]:
    return table.frame.drop(columns=[LINE, FILE]).to_numpy().tolist()


signs = st.text(st.sampled_from('ab;,"\n\r é\t\x1c\x85\u2003'), max_size=40)


@settings(max_examples=400, deadline=None)
@given(header=st.sampled_from(["a;b\n", "a;b\r\n", "a\n", "\na;b;c\n", '"a";b\n']), body=signs)
def test_whatever_the_sweep_reads_the_careful_way_reads_alike(header, body):
    swept = plainly(header + body)
    if swept is None:
        return
    read = carefully(header + body)
    assert swept.frame.equals(read.frame)
    assert not read.rejects


cells = st.text(st.characters(exclude_characters='\r\n\0"', exclude_categories=["Cs"]), max_size=8)


@settings(max_examples=150, deadline=None)
@given(
    body=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=8),
    separator=st.sampled_from(";,|\t"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoted=st.booleans(),
    last=st.booleans(),
)
def test_a_plain_file_is_swept_and_comes_out_as_written(body, separator, end, quoted, last):
    def cell(text: str) -> str:
        return f'"{text}"' if quoted or separator in text else text

    lines = [separator.join(cell(text) for text in row) for row in [("a", "b", "c"), *body]]
    content = end.join(lines) + (end if last else "")
    swept = plainly(content)
    assert swept is not None
    assert rows(swept) == [[text.strip() for text in row] for row in body]
    assert swept.frame[LINE].tolist() == list(range(2, len(body) + 2))
    assert swept.frame.equals(carefully(content).frame)


@pytest.mark.parametrize(
    "content",
    ["a;b\n1;2\n\n3;4\n", 'a;b\n1;"x\ny"\n', "a;b\n1;2;3\n4;5\n", "a;b\n1\n", "a;b\n", 'a;b\n1;"2\n', "a;b\r1;2\r"],
    ids=["blank line", "cell of two lines", "too many", "too few", "no row", "open quote", "old Mac"],
)
def test_what_is_not_plain_is_left_to_the_careful_way(content):
    assert plainly(content) is None


def test_an_old_mac_s_line_ends_are_line_ends():
    read = carefully("a;b\r1;2\r3;4\r")
    assert (rows(read), read.frame[LINE].tolist()) == ([["1", "2"], ["3", "4"]], [2, 3])


def test_a_header_of_its_own_stands_in_for_one_that_is_shifted():
    shifted = "entityid,cod_arret,cod_comm\n\n7,71001,12\n8,71002,13\n"
    read = delimited.read(source(headers=["id", "commune", "arret"], skip=1), shifted.encode(), "essai.csv", ALL)
    assert list(read.frame.columns[:3]) == ["id", "commune", "arret"]
    assert (rows(read), read.frame[LINE].tolist()) == ([["7", "71001", "12"], ["8", "71002", "13"]], [3, 4])


def test_a_header_of_another_width_than_the_rows_is_no_header():
    with pytest.raises(SourceMalformed, match="2 of 2 rows do not have the 2 cells of the header") as failed:
        delimited.read(source(headers=["id", "nom"], skip=1), b"a,b,c\n1,2,3\n4,5,6\n", "essai.csv", ALL)
    assert failed.value.line == 2


@pytest.mark.parametrize("skip", [0, 1, 3])
def test_lines_before_the_header_are_left_aside_and_counted(skip):
    content = "Titre; avec; signes,;\n" * skip + "\nid;nom\n1;a\n"
    read = plainly(content, skip=skip)
    assert read is not None
    assert (rows(read), read.frame[LINE].tolist()) == ([["1", "a"]], [skip + 3])


def test_a_header_of_several_lines_is_one_header():
    read = plainly('id;"nom\nusuel"\n1;a\n')
    assert list(read.frame.columns[:2]) == ["id", "nom\nusuel"]
    assert read.frame[LINE].tolist() == [3]


def test_the_separator_that_is_declared_is_used():
    assert rows(plainly("a;b,c\n1;2,3\n", separator=",")) == [["1;2", "3"]]


def test_a_quote_too_many_swallows_no_line():
    lines = [f"{n};nom {n};4" for n in range(50)]
    lines[10], lines[12] = '10;"nom 10;4', '12;"nom" 12;4'  # opened at 11, and closed by the quote two lines on
    read = carefully("id;nom;lon\n" + "\n".join(lines) + "\n")
    assert read.read == 50
    assert read.frame[LINE].tolist() == list(range(2, 52))
    assert read.frame["id"].tolist() == [str(n) for n in range(50)]


def test_lines_swallowed_by_a_record_that_does_not_fit_are_rejects_each():
    lines = [f"{n};nom {n};4" for n in range(60)]
    lines[10], lines[11] = '10;"nom;4', '11;nom";4;5'
    read = carefully("id;nom;lon\n" + "\n".join(lines) + "\n")
    assert read.read == 60
    assert [(reject.code, reject.line) for reject in read.rejects] == [(RejectCode.RAGGED_ROW, 13)]


def test_only_wanted_columns_are_kept():
    of = source(columns={"key": "id", "lon": "x", "lat": "y"})
    read = delimited.read(of, b"id;nom;x;y\n1;a;4;46\n", "essai.csv", Wanted.by(of))
    assert list(read.frame.columns) == ["id", "x", "y", LINE, FILE]


def test_cells_longer_than_python_s_own_limit_are_read():
    long = "x" * 200_000
    assert rows(carefully(f'a;b\n1;"{long}\n"\n')) == [["1", long]]


def test_a_long_file_is_swept_across_blocks():
    count = 200_000
    content = "id;nom;lon\n" + "".join(f'{n};"Crèche ""{n}""";4.5\n' for n in range(count))
    read = plainly(content)
    assert len(content.encode()) > delimited._BLOCK_BYTES / 2
    assert (len(read.frame), read.frame["nom"].iloc[-1]) == (count, f'Crèche "{count - 1}"')
