"""XML: rows by the name of their element; entities and document types refused."""

from __future__ import annotations

import pytest

from geo.errors import SourceMalformed
from ingest.connectors import markup
from ingest.connectors.table import LINE, Wanted
from tests.ingest.world import source, table

FLOW = """<?xml version="1.0" encoding="{encoding}"?>
<flux xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <entete><date>2021-12-14</date></entete>
  <site><num>710000001</num><rs>Hôpital</rs><siret xsi:nil="true"/><adresse><cp>71000</cp></adresse>
    <tel>1</tel><tel>2</tel></site>
  <site><num>710000002</num><rs> L’Annexe
  </rs></site>
</flux>"""
STATIONS = """<pdv_liste>
<pdv id="71000001" latitude="4630000" longitude="483000.5" cp="71000">
  <ville>Alpha</ville><prix nom="Gazole" valeur="1.7"/><prix nom="E10" valeur="1.8"/></pdv>
<pdv id="71000002" latitude="" longitude=""><ville/></pdv>
</pdv_liste>"""


def read(text, wanted=None, **given):
    content = text if isinstance(text, bytes) else text.encode()
    return markup.read(source(**{"rows": "site", **given}), content, "essai.xml", Wanted(wanted))


def plain(read_table, *names):
    return list(zip(*(read_table.cells([name]) for name in names), strict=True))


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-15", "cp1252", "utf-16"])
def test_elements_are_rows_in_the_encoding_that_the_file_declares(encoding):
    made = read(FLOW.format(encoding=encoding).replace("’", "'").encode(encoding))
    names = ("num", "rs", "siret", "adresse>cp", "tel")
    assert plain(made, *names) == [
        ("710000001", "Hôpital", "", "71000", "1|2"),
        ("710000002", "L'Annexe", "", "", ""),
    ]
    assert made.frame[LINE].tolist() == [1, 2]


def test_attributes_are_values_too():
    made = read(STATIONS, rows="pdv")
    assert plain(made, "id", "latitude", "ville") == [("71000001", "4630000", "Alpha"), ("71000002", "", "")]
    assert read(STATIONS, ("prix>nom", "prix>1"), rows="pdv").cells(["prix>nom"]) == ["Gazole", ""]


def test_a_namespace_is_left_aside():
    text = '<a xmlns="urn:x" xmlns:y="urn:y"><y:site><num>1</num></y:site></a>'
    assert read(text).cells(["num"]) == ["1"]


def test_a_file_of_elements_is_told_by_its_beginning(tmp_path):
    of = source(columns={"key": "num", "name": "rs"}, rows="site")
    assert table(tmp_path, of, FLOW.format(encoding="utf-8")).cells(["num"]) == ["710000001", "710000002"]
    with pytest.raises(SourceMalformed, match="a web page"):
        table(tmp_path, of, '<?xml version="1.0"?><!DOCTYPE html><html xmlns="x"/>')


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("<flux><site><num>1</num></site>\n<site>", 2, "cut off or no XML"),
        ("<flux><site><num>1</nom></site></flux>", 1, "at character 21: mismatched tag"),
        ("texte", 1, "cut off or no XML"),
        ("<flux><lieu/><lieu/></flux>", 1, "no element 'site' .*most frequent are lieu, flux"),
        ('<!DOCTYPE x [<!ENTITY a "aaaa">]><flux><site><num>&a;</num></site></flux>', None, "document type"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><flux><site/></flux>', None, "document type"),
        ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><flux>&a;</flux>', None, "document type"),
        ("<a>" * 60 + "</a>" * 60, None, "nested too deep"),
        ('<?xml version="1.0" encoding="klingon"?><flux/>', 1, "no XML"),
    ],
)
def test_what_is_no_file_of_rows_stops_and_says_where(text, line, said):
    with pytest.raises(SourceMalformed, match=said) as failed:
        read(text)
    assert (failed.value.file, failed.value.line) == ("essai.xml", line)
