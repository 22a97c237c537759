"""OpenStreetMap: one point for every object, streets from relations, and nothing that vanishes."""

from __future__ import annotations

from pathlib import Path

import osmium
import pytest

from geo.errors import SourceMalformed
from geo.places import Position
from ingest.addresses import normalise_addresses
from ingest.conflate import conflate
from ingest.connectors import osm
from ingest.doors import house_number, is_home
from ingest.keys import shared_identifiers
from ingest.ledger import Ledger, RejectCode
from ingest.matching import MatchRules
from ingest.normalise import normalise_services
from ingest.precedence import Precedence
from ingest.source_files import load_sources
from ingest.tags import Selector, TagMap
from tests.ingest.world import CRS, fetched, lonlat, scope, source, table

DATA = Path(__file__).resolve().parents[2] / "data"

MAP = TagMap(
    {
        "shop.bakery": ["shop=bakery"],
        "shop.supermarket": ["shop=supermarket"],
        "sport.pitch": ["leisure=pitch&access!=private"],
        "nature.park": ["leisure=park"],
        "nature.path": ["highway=path&name=*"],
    },
    accounted=["shop", "leisure", "amenity"],
    ignored=["amenity~bench|parking"],
)


@pytest.fixture(scope="module")
def shipped_links():
    (shipped,) = (source for source in load_sources(DATA / "sources", "71") if source.id == "osm_services")
    return shipped.links


class Town:
    """An OpenStreetMap file that a test writes object by object, in metres from the world's corner."""

    def __init__(self) -> None:
        self._items: list[str] = []
        self._next = 1

    def node(self, x_km: float, y_km: float, **tags: str) -> int:
        lon, lat = lonlat(x_km, y_km)
        return self._add("node", f'lat="{lat:.7f}" lon="{lon:.7f}"', "", tags)

    def way(self, *places: tuple[float, float], closed: bool = False, **tags: str) -> int:
        nodes = [self.node(x, y) for x, y in places]
        nodes += nodes[:1] if closed else []
        return self._add("way", "", "".join(f'<nd ref="{n}"/>' for n in nodes), tags)

    def relation(self, *members: tuple[str, int, str], **tags: str) -> int:
        inside = "".join(f'<member type="{t}" ref="{ref}" role="{role}"/>' for t, ref, role in members)
        return self._add("relation", "", inside, tags)

    def _add(self, kind: str, attributes: str, inside: str, tags: dict[str, str]) -> int:
        number, self._next = self._next, self._next + 1
        told = "".join(f'<tag k="{k.replace("__", ":")}" v="{v}"/>' for k, v in tags.items())
        self._items.append(f'<{kind} id="{number}" version="1" {attributes}>{inside}{told}</{kind}>')
        return number

    def lose(self, beginning: str) -> None:
        """Take out what begins so, as a clip does."""
        self._items = [item for item in self._items if not item.startswith(beginning)]

    def write(self, folder: Path) -> Path:
        order = [item for kind in ("node", "way", "relation") for item in self._items if item.startswith(f"<{kind}")]
        path = folder / "bourg.osm"
        path.write_text(f'<osm version="0.6">{"".join(order)}</osm>', encoding="utf-8")
        return path


def services_source(**given):
    plain = {"official": False, "reader": "osm_services", "columns": {}, "map": "osm", "tags": MAP}
    return source(**{"id": "osm", **plain, **given})


def addresses_source():
    return source(id="adresses", kind="addresses", reader="osm_addresses", category="", columns={}, official=False)


def read(town: Town, folder: Path, of=None):
    of = of or services_source()
    return osm.read(of, [fetched(town.write(folder), of)])


def services(town: Town, folder: Path, of=None):
    of = of or services_source()
    files = [fetched(town.write(folder), of)]
    made = normalise_services(of, osm.read(of, files), files, scope())
    made.ledger.check(of.id)
    return made


def addresses(town: Town, folder: Path):
    of = addresses_source()
    files = [fetched(town.write(folder), of)]
    made = normalise_addresses(of, osm.read(of, files), files, scope())
    made.ledger.check(of.id)
    return made


def near(draft, x_km, y_km, metres=1.0):
    lon, lat = lonlat(x_km, y_km)
    return abs(draft.service.lon - lon) < metres / 76_000 and abs(draft.service.lat - lat) < metres / 111_000


# --- services


def test_a_node_an_area_a_line_and_a_multipolygon_have_one_point_each(tmp_path):
    town = Town()
    node = town.node(1, 1, shop="bakery", name="Au Four")
    area = town.way((2, 2), (2.2, 2), (2.2, 2.2), (2, 2.2), closed=True, shop="supermarket", brand="Marché")
    line = town.way((1, 3), (1.5, 3), (2, 3), highway="path", name="Voie")
    ring = town.way((5, 1), (6, 1), (6, 2), (5, 2), closed=True)
    hole = town.way((5.2, 1.2), (5.8, 1.2), (5.8, 1.8), (5.2, 1.8), closed=True)
    park = town.relation(("way", ring, "outer"), ("way", hole, "inner"), type="multipolygon", leisure="park")
    made = services(town, tmp_path)
    by_key = {draft.service.id.removeprefix("osm:"): draft for draft in made.drafts}
    assert list(by_key) == [f"n{node}", f"w{area}", f"w{line}", f"r{park}"]
    assert near(by_key[f"n{node}"], 1, 1)
    assert near(by_key[f"w{area}"], 2.1, 2.1, metres=15)
    assert near(by_key[f"w{line}"], 1.5, 3)
    x, y = (by_key[f"r{park}"].service.lon - lonlat(5, 1)[0]), (by_key[f"r{park}"].service.lat - lonlat(5, 1)[1])
    assert x > 0
    assert y > 0
    assert not near(by_key[f"r{park}"], 5.5, 1.5, metres=250)  # the middle is a hole
    assert by_key[f"w{area}"].service.name == "Marché"


def test_a_shape_that_cannot_be_built_never_vanishes(tmp_path):
    town = Town()
    bow = town.way((1, 1), (2, 2), (2, 1), (1, 2), closed=True, leisure="park")
    cut = town.relation(("way", 999, "outer"), type="multipolygon", leisure="park")
    made = services(town, tmp_path)
    assert [draft.service.id for draft in made.drafts] == [f"osm:w{bow}"]
    assert [(r.code, r.example) for r in made.rejects] == [(RejectCode.NO_POSITION, f"r{cut}")]


def test_every_bearer_of_an_accounted_key_is_mapped_ignored_or_rejected(tmp_path):
    town = Town()
    town.node(1, 1, amenity="bench")
    town.node(1, 1, shop="submarine")
    town.node(1, 1, leisure="pitch", access="private")
    town.node(1, 1, natural="tree")
    town.node(1, 1, highway="path")
    town.node(1, 1, shop="bakery", leisure="park", name="Deux")
    made = services(town, tmp_path)
    assert made.ledger == Ledger(read=4, kept=1, merged=0, out_of_scope=1, rejected=2)
    assert [reject.example for reject in made.rejects] == ["shop=submarine", "leisure=pitch"]
    assert [d.service.category for d in made.drafts] == ["shop.bakery", "nature.park"]
    assert [d.service.id.partition("~")[2] for d in made.drafts] == ["", "park"]


def test_what_the_public_may_not_enter_is_left_out_and_identifiers_are_kept(tmp_path):
    town = Town()
    town.node(1, 1, shop="bakery", access="private")
    town.node(1, 1, shop="bakery", ref__UAI="071a", capacity="12")
    of = services_source(drop=[{"column": "access", "in": ["private"]}], links={"uai": "ref:UAI"})
    made = services(town, tmp_path, of)
    assert made.ledger == Ledger(2, 1, 0, 1, 0)
    assert (made.drafts[0].links, made.drafts[0].service.capacity) == ((("uai", "071A"),), 12.0)


def official(folder: Path, kind: str, category: str, identifier: str):
    """A publisher's one row at (1, 1), under an identifier of its kind."""
    of = source(id=f"officiel_{kind}", category=category, links={kind: "ref"})
    rows = table(folder, of, f"id,nom,lon,lat,ref\n1,Officiel,{lonlat(1, 1)[0]},{lonlat(1, 1)[1]},{identifier}\n")
    return normalise_services(of, rows, [fetched(folder / "essai.csv", of)], scope())


def test_references_of_the_shipped_source_join_whatever_name_and_distance(tmp_path, shipped_links):
    """By SIRET and by Mérimée; the listed bakery is both a monument and, to who wants bread, a bakery."""
    town = Town()
    bakery = town.node(2.5, 1, shop="bakery", name="Au Four", ref__FR__SIRET="999 999 999 00011", ref__mhs="PA99")
    park = town.node(2.5, 2, leisure="park", name="Le Clos", ref__mhs="PA00000001; PA00000002")
    listed = town.node(3, 3, shop="supermarket", name="Halle", ref__mhs="PA00000002")
    results = [
        services(town, tmp_path, services_source(licence="ODbL-1.0", links=shipped_links)),
        official(tmp_path, "siret", "shop.bakery", "99999999900011"),
        official(tmp_path, "mhs", "nature.park", "PA00000002"),
    ]
    made = conflate(results, MatchRules.load(DATA / "conflation.toml"), Precedence.load(DATA / "precedence.toml"), CRS)
    assert {d.merged: (d.kept, d.reason) for d in made.decisions} == {
        f"osm:n{bakery}": ("officiel_siret:1", "siret 99999999900011"),
        f"osm:n{park}": ("officiel_mhs:1", "mhs PA00000002"),
    }
    assert [s.id for s in made.services] == ["officiel_mhs:1", "officiel_siret:1", f"osm:n{listed}"]


def test_every_reference_that_openstreetmap_bears_answers_to_a_kind_of_another_source(shipped_links):
    others = [s for s in load_sources(DATA / "sources", "71") if s.reader != "osm_services"]
    assert set(shipped_links) <= {kind for s in others for each in (s, *s.vintages.values()) for kind in each.links}


@pytest.mark.parametrize(
    ("kind", "written", "compared"),
    [
        ("siret", "999 999 999 00011", ["99999999900011"]),
        ("siret", "999999999", []),
        ("uic", "8799999", ["8799999"]),
        ("uic", "87999999", ["8799999"]),
        ("evse", "FR*X99*P0001", ["FRX99P0001"]),
        ("evse", "FRX99E0001", []),
        ("rnb", "abcd-0123-efgh", ["ABCD0123EFGH"]),
        ("mhs", "PA1;PA2 ;PA1;", ["PA1", "PA2"]),
        ("uai", " 071a", ["071A"]),
        ("uai", "", []),
    ],
)
def test_identifiers_as_two_sources_compare_them(kind, written, compared):
    assert shared_identifiers(kind, written) == compared


def test_the_order_of_the_file_does_not_matter(tmp_path):
    town = Town()
    for n in range(6):
        town.node(1 + n / 10, 1, shop="bakery")
    first = [d.service for d in services(town, tmp_path).drafts]
    town._items.reverse()
    assert [d.service for d in services(town, tmp_path).drafts] == first


# --- addresses


def test_a_street_comes_from_its_tag_its_relation_or_its_place(tmp_path):
    town = Town()
    tagged = town.node(1, 1, addr__housenumber="1", addr__street="Rue du  Pré")
    related = town.node(1, 1.2, addr__housenumber="2")
    both = town.node(1, 1.4, addr__housenumber="3", addr__street="Rue du Pré")
    placed = town.node(1, 1.6, addr__housenumber="4", addr__place="Le Bois")
    town.node(1, 1.8, addr__housenumber="5")
    road = town.way((1, 1), (1, 2), highway="residential", name="Rue Haute")
    house = town.way((2, 1), (2.1, 1), (2.1, 1.1), closed=True, addr__housenumber="6", building="house")
    members = [("node", related, "house"), ("node", both, "house"), ("way", road, "street"), ("way", house, "house")]
    town.relation(*members, type="associatedStreet", name="Rue Haute")
    made = addresses(town, tmp_path)
    streets = {a.id.removeprefix("adresses:"): a.street for a in made.addresses}
    assert streets == {f"n{tagged}": "Rue du Pré", f"n{related}": "Rue Haute", f"n{both}": "Rue du Pré",
                       f"n{placed}": "Le Bois", f"w{house}": "Rue Haute"}  # fmt: skip
    assert made.ledger == Ledger(read=6, kept=5, merged=0, out_of_scope=0, rejected=1)
    read_table = read(town, tmp_path, addresses_source())
    assert read_table.cells([osm.TAKEN_FROM_RELATION]).count("1") == 2


def test_the_commune_is_the_contour_s_and_its_only_postcode_is_the_address_s(tmp_path):
    town = Town()
    town.node(1, 1, addr__housenumber="1", addr__street="A", addr__city="Ailleurs")
    town.node(5, 1, addr__housenumber="1", addr__street="A")
    town.node(5, 1, addr__housenumber="2", addr__street="A", addr__postcode="71200")
    town.node(5, 1, addr__housenumber="3", addr__street="A", addr__postcode="712")
    made = addresses(town, tmp_path)
    assert [(a.commune, a.insee, a.postcode) for a in made.addresses] == [
        ("Alpha", "71001", "71100"),
        ("Bêta", "71002", ""),
        ("Bêta", "71002", "71200"),
        ("Bêta", "71002", ""),
    ]
    assert {a.position for a in made.addresses} == {Position.HOUSENUMBER}


def test_an_address_of_the_halo_is_out_of_scope_and_one_without_commune_a_reject(tmp_path):
    town = Town()
    town.node(9, 1, addr__housenumber="1", addr__street="A")
    town.node(20, 1, addr__housenumber="1", addr__street="A")
    town.node(2, 1, addr__housenumber="*", addr__street="A")
    made = addresses(town, tmp_path)
    assert made.ledger == Ledger(3, 0, 0, 1, 2)
    assert {reject.code for reject in made.rejects} == {RejectCode.UNKNOWN_COMMUNE, RejectCode.BAD_NUMBER}


@pytest.mark.parametrize(("metres", "kept"), [(4, 1), (49, 1), (60, 2)])
def test_a_shop_beside_its_own_number_is_one_address_and_a_home(tmp_path, metres, kept):
    town = Town()
    shop = {"shop": "bakery", "addr__housenumber": "187", "addr__street": "rue du Maréchal Foch"}
    town.node(1, 1, **shop)
    home = town.node(1 + metres / 1000, 1, addr__housenumber="187", addr__street="Rue du Maréchal-Foch")
    made = addresses(town, tmp_path)
    assert len(made.addresses) == kept
    assert made.ledger == Ledger(2, kept, 2 - kept, 0, 0)
    assert [a.id for a in made.addresses if a.residential] == [f"adresses:n{home}"]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [("12", "12"), ("5 B", "5 B"), ("30b", "30 B"), ("1 Bis", "1 bis"), ("24BIS", "24 bis"), ("173-175", "173-175"),
     ("12;14", "12-14"), ("12 / 14", "12-14"), (" 7 ", "7"), ("*", ""), ("31*", ""), ("", ""), ("bis", "")],
)  # fmt: skip
def test_house_numbers(written, read_as):
    assert house_number(written) == read_as


def test_nobody_lives_in_a_shop_nor_in_a_garage():
    assert is_home({"addr:housenumber": "1"})
    assert is_home({"building": "apartments"})
    assert not is_home({"shop": "bakery"})
    assert not is_home({"building": "garage"})


# --- the language of tags


@pytest.mark.parametrize(
    ("selector", "tags", "answer"),
    [
        ("shop=bakery", {"shop": "bakery"}, True),
        ("shop=bakery", {"shop": "bakery;cafe"}, False),
        ("shop=*", {"shop": ""}, True),
        ("shop~a|b", {"shop": "b"}, True),
        ("shop~a|b", {"shop": "bc"}, False),
        ("shop=a&name!=x", {"shop": "a"}, True),
        ("shop=a&name!=x", {"shop": "a", "name": "x"}, False),
        ("shop=a&name!~x.*", {"shop": "a", "name": "xy"}, False),
        ("shop=a&!name", {"shop": "a"}, True),
        ("shop=a&!name", {"shop": "a", "name": ""}, False),
        ("school:FR=a.b", {"school:FR": "axb"}, False),
    ],
)
def test_selectors(selector, tags, answer):
    assert Selector.parse(selector)(tags) is answer


@pytest.mark.parametrize("text", ["", "shop", "shop=", "=a", "!shop", "shop!=a", "shop=a&", "a&b=c"])
def test_what_is_no_selector_is_refused(text):
    with pytest.raises(ValueError, match=r"selector|no test"):
        Selector.parse(text)


# --- files that are none


def test_a_cut_file_and_a_web_page_are_refused(tmp_path):
    town = Town()
    for n in range(2000):
        town.node(1 + n / 1e4, 1, shop="bakery", name=f"n{n}")
    path = town.write(tmp_path)
    pbf = tmp_path / "bourg.osm.pbf"
    with osmium.SimpleWriter(str(pbf)) as writer:
        for item in osmium.FileProcessor(str(path)):
            writer.add(item)
    of = services_source()
    assert osm.read(of, [fetched(pbf, of)]).read == 2000
    whole = pbf.read_bytes()
    for harm in (whole[: len(whole) // 2], b"", b"<!DOCTYPE html><html></html>", whole[:40] + b"\0" * 40 + whole[80:]):
        pbf.write_bytes(harm)
        with pytest.raises(SourceMalformed, match="cut off or no OpenStreetMap file") as failed:
            osm.read(of, [fetched(pbf, of)])
        assert failed.value.file == "bourg.osm.pbf"
