"""Archives: opened one in the other, told by what they hold, and refused where they are bombs or traps."""

from __future__ import annotations

import bz2
import gzip
import io
import struct
import warnings
import zipfile

import py7zr
import pytest

from geo.errors import SourceMalformed
from ingest.connectors.unpack import Limits, unpack
from tests.ingest.world import source, table

TEXT = b"id;nom;lon;lat\n" + b"".join(b"%d;nom %d;4.5;46.8\n" % (n, n * n) for n in range(300))
TIGHT = Limits(bytes=1 << 20, ratio=50, small_bytes=1 << 14, members=20)


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return out.getvalue()


def seven(**files: bytes) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(content, name.replace("__", "."))
    return out.getvalue()


PACKED = {
    "bz2": bz2.compress(TEXT),
    "bz2 of two streams": bz2.compress(TEXT[:100]) + bz2.compress(TEXT[100:]),
    "gz": gzip.compress(TEXT),
    "zip": zipped(a__csv=TEXT),
    "7z": seven(a__csv=TEXT),
    "7z in a zip": zipped(a__7z=seven(a__csv=TEXT)),
    "gz in a zip": zipped(a__csv__gz=gzip.compress(TEXT)),
}


@pytest.mark.parametrize("content", PACKED.values(), ids=PACKED)
def test_what_is_packed_comes_out_whole(content):
    assert unpack(source(), content, "essai").content == TEXT


def test_filosofi_is_read_through_its_zip_and_its_7z(tmp_path):
    cells = b"idcar_200m,ind\nCRS3035RES200mN2471000E4022200,12.5\n"
    of = source(kind="cells", category="", columns={"key": "idcar_200m", "people": "ind"}, member=r"met\.(7z|csv)$")
    content = zipped(lisez_moi__txt=b"?", c200_met__7z=seven(c200_met__csv=cells, c200_974__csv=b"x"))
    assert table(tmp_path, of, content).cells(["ind"]) == ["12.5"]


@pytest.mark.parametrize("kind", ["bz2", "gz", "zip", "7z"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.98])
def test_what_is_cut_off_is_refused_wherever_the_cut(kind, share):
    whole = PACKED[kind]
    with pytest.raises(SourceMalformed) as failed:
        unpack(source(), whole[: max(8, int(len(whole) * share))], "essai.csv")
    assert failed.value.file == "essai.csv"


@pytest.mark.parametrize("kind", ["bz2", "gz", "zip", "7z"])
def test_a_byte_turned_over_is_noticed(kind):
    whole = bytearray(PACKED[kind])
    whole[len(whole) // 2] ^= 0xFF
    with pytest.raises(SourceMalformed):
        unpack(source(), bytes(whole), "essai.csv")


@pytest.mark.parametrize("pack", [bz2.compress, gzip.compress, lambda b: zipped(a=b), lambda b: seven(a=b)])
@pytest.mark.parametrize(("size", "said"), [(1 << 19, "50 times its size"), (1 << 21, "more than ")])
def test_bombs_are_refused(pack, size, said):
    with pytest.raises(SourceMalformed, match=f"{said}.*refused as a bomb"):
        unpack(source(), pack(bytes(size)), "essai.csv", TIGHT)


def test_a_zip_that_lies_about_its_size_is_damaged():
    content = bytearray(zipped(a=bytes(1 << 16)))
    place = content.rfind(b"PK\x01\x02")
    struct.pack_into("<I", content, place + 24, 10)  # "unpacked: 10 bytes"
    with pytest.raises(SourceMalformed, match="cut off or damaged"):
        unpack(source(), bytes(content), "essai.csv", TIGHT)


def test_bombs_inside_bombs_are_counted_at_every_step():
    bomb = gzip.compress(gzip.compress(bytes(1 << 21)))
    with pytest.raises(SourceMalformed, match="refused as a bomb"):
        unpack(source(), bomb, "essai.csv", TIGHT)
    endless = TEXT
    for _ in range(6):
        endless = gzip.compress(endless)
    with pytest.raises(SourceMalformed, match="archives one in the other"):
        unpack(source(), endless, "essai.csv")


def test_too_many_files_are_refused():
    with pytest.raises(SourceMalformed, match="21 files in one archive"):
        unpack(source(member="x1$"), zipped(**{f"x{n}": b"" for n in range(21)}), "essai.csv", TIGHT)


@pytest.mark.parametrize("name", ["../a.csv", "/etc/a.csv", "a/../../b.csv", "C:\\a.csv", "..\\a.csv"])
def test_paths_that_climb_are_refused(name):
    with pytest.raises(SourceMalformed, match="climbs out of the archive"):
        unpack(source(), zipped(**{name: TEXT}), "essai.csv")


def test_an_encrypted_archive_says_so():
    content = bytearray(zipped(a=TEXT))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(signature) + place] |= 1
    with pytest.raises(SourceMalformed, match="encrypted"):
        unpack(source(), bytes(content), "essai.csv")
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password="secret") as archive:
        archive.writestr(TEXT, "a.csv")
    with pytest.raises(SourceMalformed, match=r"encrypted|damaged"):
        unpack(source(), out.getvalue(), "essai.csv")


def test_an_archive_of_nothing_or_of_too_much_says_what_it_holds():
    with pytest.raises(SourceMalformed, match=r"expected one file alone in the zip, found \[\]"):
        unpack(source(), zipped(**{"dossier/": b""}), "essai.csv")
    with pytest.raises(SourceMalformed, match="that matches 'b' in the 7z, found"):
        unpack(source(member="b"), seven(a=TEXT, c=TEXT), "essai.csv")


def test_a_name_that_stands_twice_in_a_zip_is_one_file():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("a.csv", b"old")
        archive.writestr("a.csv", TEXT)
    assert unpack(source(), out.getvalue(), "essai.csv").content == TEXT
