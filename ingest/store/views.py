"""What GIS users open in PostGIS: a view of each category and family, of what is published, with comments in words.

Rows of different licences are kept apart: ``service_<category>`` and ``family_<family>`` hold what may be mixed with
anything (Licence Ouverte, CC BY, CC0), the same name with ``_osm`` what OpenStreetMap alone gave, because whoever mixes
the ODbL's rows into a publication puts all of it under the ODbL. ``published_service`` has them all, for counting.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from geo.method import Method
from geo.places import Licence
from geo.taxonomy import Label, Taxonomy
from ingest.store.schema import SCHEMA

__all__ = ["READER", "View", "show", "views_of"]

READER = "alentours_reader"
"""Role that may read the views, and nothing else."""
_LOCK_TIMEOUT = "2s"
_SHARED_ALIKE = Licence.ODBL_1_0
_BYTES = 63
"""Length of a name in PostgreSQL."""

_PUBLISHED = f"(SELECT max(id) FROM {SCHEMA}.run WHERE state = 'published' GROUP BY territory)"
# Whole numbers are what QGIS and GDAL want for a key; ogc_fid is the name under which GDAL looks for it in a view.
_FID = "{0}.run::bigint * 10000000 + {0}.number AS ogc_fid"
_SERVICES = (
    f"SELECT {_FID.format('s')}, r.territory || '/' || s.id AS key, r.territory, s.run, s.id, s.category, s.name, "
    "s.insee, s.capacity, s.standing, s.in_territory, s.precision, s.updated, s.weekday_trips, s.evening_trips, "
    "s.sunday_trips, p.licence, p.source, o.producer, p.local_id, p.data_date, o.attribution, s.geom, s.lines, "
    # ways in are the streets', of another licence than the row: no publication under one licence shows them
    "(SELECT string_agg(replace(g.gives, ' ', ', ') || ': ' || g.source || ' ' || g.local_id, '; ' ORDER BY g.rank) "
    f"FROM {SCHEMA}.provenance g WHERE g.run = s.run AND g.service = s.id AND g.gives <> '' "
    "AND g.licence = p.licence) AS given_by "
    f"FROM {SCHEMA}.run r JOIN {SCHEMA}.service s ON s.run = r.id "
    f"JOIN {SCHEMA}.provenance p ON p.run = s.run AND p.service = s.id AND p.rank = 0 "
    f"JOIN {SCHEMA}.source o ON o.run = p.run AND o.id = p.source WHERE r.id IN {_PUBLISHED}"
)
_COMMUNES = (
    f"SELECT {_FID.format('c')}, r.territory || '/' || c.insee AS key, r.territory, c.run, c.insee, c.name, "
    "c.department, c.population, c.postcodes, c.in_territory, c.epci, c.epci_name, c.density, c.geom "
    f"FROM {SCHEMA}.run r JOIN {SCHEMA}.commune c ON c.run = r.id WHERE r.id IN {_PUBLISHED}"
)
_CELLS = (
    f"SELECT {_FID.format('k')}, r.territory || '/' || k.id AS key, r.territory, k.run, k.id AS cell, k.insee, "
    "k.people, k.people_0_17, k.people_65_plus, k.living_standard_eur, k.in_territory, k.geom "
    f"FROM {SCHEMA}.run r JOIN {SCHEMA}.cell k ON k.run = r.id WHERE r.id IN {_PUBLISHED}"
)
_ZONES = (
    "SELECT z.run::bigint * 10000000 + row_number() OVER (PARTITION BY z.run ORDER BY z.id) AS ogc_fid, "
    "r.territory || '/' || z.id AS key, r.territory, z.run, z.id AS zone, z.name, z.agency, z.days, "
    "z.booking_text, z.booking_phone, z.booking_url, o.licence, z.source, o.producer, "
    f"o.data_date, o.attribution, z.geom FROM {SCHEMA}.run r JOIN {SCHEMA}.zone z ON z.run = r.id "
    f"JOIN {SCHEMA}.source o ON o.run = z.run AND o.id = z.source WHERE r.id IN {_PUBLISHED}"
)
_WHOLE = {"published_commune": _COMMUNES, "published_cell": _CELLS, "published_zone": _ZONES}
"""The views of everything but services, each with a head of its own."""
_SAID_OF = {
    "ogc_fid": "Numéro de ligne, nouveau à chaque publication / row number, new with every publication",
    "key": "Clé qui reste : territoire/id / key that stays: territory/id",
    "territory": "Code du territoire / code of the territory",
    "run": "Numéro du remplissage de la base / number of the filling of the store",
    "id": "Identifiant du service, source:clé chez le producteur / id of the service, source:key at its publisher",
    "category": "Catégorie (data/taxonomy.toml) / category",
    "insee": "Code INSEE de la commune, vide si inconnu / INSEE code of the commune, empty if unknown",
    "capacity": "Places, lits ou élèves ; NULL = inconnu, jamais 0 / places, beds or pupils; NULL = unknown, never 0",
    "standing": "confirmed, ou unconfirmed : connu d’OpenStreetMap seul / or known to OpenStreetMap alone",
    "in_territory": "Faux dans la couronne autour du territoire, qui ne compte pas dans ses totaux / false in the halo "
    "around the territory, which is in none of its totals",
    "precision": "Finesse de la position / how exactly the position is known",
    "updated": "Dernière vérification par le producteur, vide si non dite / last looked at, empty if not said",
    "weekday_trips": "Départs par jour ouvré hors vacances ; NULL = inconnu / departures on a working day",
    "evening_trips": "Dont départs à 19 h ou après / of those, at 19:00 or later",
    "sunday_trips": "Départs par dimanche ou jour férié / departures on a Sunday or public holiday",
    "lines": "Lignes qui desservent l’arrêt, vide si non dites / lines that call at the stop, empty if not said",
    "given_by": "Ce que d’autres lignes de même licence donnent, propriété : source clé ; NULL = rien / "
    "what other rows of the licence give, property: source key; NULL = nothing",
    "licence": "Licence de la ligne / licence of the row",
    "source": "Source de la ligne (data/sources) / source of the row",
    "producer": "Producteur de la source / publisher of the source",
    "local_id": "Clé de la ligne chez son producteur / key of the row at its publisher",
    "data_date": "Date que représente le fichier, AAAA[-MM[-JJ]] / what the publisher’s file stands for",
    "attribution": "Mention que demande la licence / line that the licence asks to show",
    "population": "Population municipale, habitants ; NULL = inconnue / inhabitants; NULL = unknown",
    "postcodes": "Codes postaux, séparés par un blanc / postcodes, separated by a blank",
    "epci": "SIREN de l’intercommunalité, vide si aucune / SIREN of the intercommunality, empty if none",
    "density": "Grille communale de densité de l’INSEE en 7 niveaux, 1 dense à 7 rural / density class, 1 to 7",
    "zone": "Identifiant de la zone, source:clé chez le producteur / id of the zone, source:key at its publisher",
    "agency": "Qui l’exploite, vide si non dit / who runs it, empty if not said",
    "days": "Jours de la semaine (monday…), séparés par un blanc, vide si non dits / days of the week, empty if not "
    "said",
    "booking_text": "Comment réserver, mots du producteur, vide si non dit / how to book, its publisher’s words",
    "booking_phone": "Téléphone de réservation, vide si non dit / telephone for booking, empty if not said",
    "booking_url": "Adresse web de réservation, vide si non dite / web address for booking, empty if not said",
    "cell": "Carreau de 200 m, identifiant de l’INSEE / cell of 200 m, as INSEE names it",
    "people": "Habitants / inhabitants",
    "people_0_17": "Dont moins de 18 ans / of those, under 18",
    "people_65_plus": "Dont 65 ans et plus / of those, 65 and over",
    "living_standard_eur": "Niveau de vie moyen, euros par an ; NULL = inconnu / mean living standard, euros a year",
    "geom": "WGS 84 (EPSG:4326), degrés, longitude puis latitude / degrees, longitude first",
}


@dataclass(frozen=True, slots=True)
class View:
    """One view, and what is said of it."""

    name: str
    query: str
    title: str
    categories: tuple[str, ...] = ()
    """Whose rows it shows; empty for the views of everything."""
    share_alike: bool = False
    """Whether it shows the rows of OpenStreetMap, or those of everybody else."""


def views_of(taxonomy: Taxonomy, method: Method) -> list[View]:
    """Return the views of a taxonomy and a method, the ones that others lean on first."""
    families = {
        family: tuple(c.category for c in method.categories.values() if c.family == family)
        for family in taxonomy.families
    }
    named: list[tuple[str, Label, tuple[str, ...]]] = [
        (f"service_{category.id}", category.label, (category.id,)) for category in taxonomy.values()
    ] + [(f"family_{family}", taxonomy.families[family].label, members) for family, members in families.items()]
    return [
        View(
            "published_service", _SERVICES, "Tous les services, toutes licences / all services, whatever their licence"
        ),
        View("published_commune", _COMMUNES, "Communes du territoire et de sa couronne / communes"),
        View("published_cell", _CELLS, "Carreaux habités du territoire et de sa couronne, centres / inhabited cells"),
        View(
            "published_zone",
            _ZONES,
            "Zones de transport à la demande du territoire et de sa couronne, d’aucun poids dans les scores / areas of "
            "transport on demand, of no weight in scores",
        ),
        *(
            _part(name, label, members, share_alike)
            for name, label, members in named
            if members
            for share_alike in (False, True)
        ),
    ]


def _part(name: str, label: Label, categories: tuple[str, ...], share_alike: bool) -> View:
    listed = ", ".join("'{}'".format(category.replace("'", "''")) for category in categories)
    which = "=" if share_alike else "<>"
    query = (
        f"SELECT * FROM {SCHEMA}.published_service WHERE category IN ({listed}) "
        f"AND licence {which} '{_SHARED_ALIKE.value}'"
    )
    return View(_plain(name, "_osm" if share_alike else ""), query, f"{label.fr} / {label.en}", categories, share_alike)


def _plain(name: str, ending: str) -> str:
    """Return a name of ASCII letters, digits and underscores that PostgreSQL will not cut."""
    ascii_ = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"\W+", "_", ascii_.lower())[: _BYTES - len(ending)] + ending


def show(connection: psycopg.Connection[Any], views: Sequence[View]) -> None:
    """Make the views agree with what is asked for, and their comments with what is published.

    Parameters
    ----------
    connection
        In a transaction, whose lock timeout this sets.

    Raises
    ------
    psycopg.errors.LockNotAvailable
        When somebody's long query holds a view that has to change.
    """
    connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
    reader = _reader(connection)
    state = _digest(views, reader)
    if _one(connection, "SELECT obj_description(%s::regnamespace, 'pg_namespace')", SCHEMA) != state:
        _drop_stale(connection, {view.name for view in views})
        for view in views:
            connection.execute(_made(view))
        if reader:
            connection.execute(_granted(views))
        connection.execute(sql.SQL("COMMENT ON SCHEMA {} IS {}").format(sql.Identifier(SCHEMA), sql.Literal(state)))
    parts = _published(connection)
    comments = [_comment(view, parts) for view in views]
    connection.execute(sql.SQL("; ").join(comments))


def _digest(views: Sequence[View], reader: bool) -> str:
    said = repr((sorted((view.name, view.query) for view in views), _SAID_OF, reader)).encode()
    return f"Alentours: services around a home, and the views that show them ({hashlib.sha256(said).hexdigest()[:12]})"


def _one(connection: psycopg.Connection[Any], query: str, *values: object) -> Any:
    row = connection.execute(query, values).fetchone()
    return None if row is None else row[0]


def _reader(connection: psycopg.Connection[Any]) -> bool:
    """Make the role of the readers where that is allowed; return whether there is one."""
    if not _one(connection, "SELECT count(*) FROM pg_roles WHERE rolname = %s", READER):
        if not _one(connection, "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"):
            return False
        # Roles belong to the whole server: another database's build may be making it right now.
        connection.execute(
            f"DO $$ BEGIN CREATE ROLE {READER} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation "
            "THEN NULL; END $$"
        )
    return True


def _drop_stale(connection: psycopg.Connection[Any], wanted: Iterable[str]) -> None:
    """Drop the views of categories and families that are no more, but those that somebody built on."""
    query = "SELECT viewname FROM pg_views WHERE schemaname = %s AND viewname ~ '^(service|family)_'"
    for (name,) in connection.execute(query, (SCHEMA,)).fetchall():
        if name not in wanted:
            try:
                with connection.transaction():
                    connection.execute(sql.SQL("DROP VIEW {}").format(sql.Identifier(SCHEMA, name)))
            except psycopg.errors.DependentObjectsStillExist:
                continue


def _made(view: View) -> sql.Composed:
    name = sql.Identifier(SCHEMA, view.name)
    columns = _WHOLE.get(view.name, _SERVICES)
    head = columns.partition(f" FROM {SCHEMA}.run r ")[0]
    said = [
        sql.SQL("COMMENT ON COLUMN {} IS {}").format(sql.Identifier(SCHEMA, view.name, column), sql.Literal(text))
        for column, text in _SAID_OF.items()
        if re.search(rf"\b{column}\b(,|$)", head)
    ]
    return sql.SQL("; ").join([sql.SQL("CREATE OR REPLACE VIEW {} AS {}").format(name, sql.SQL(view.query)), *said])


def _granted(views: Sequence[View]) -> sql.Composed:
    names = sql.SQL(", ").join(sql.Identifier(SCHEMA, view.name) for view in views)
    return sql.SQL("GRANT USAGE ON SCHEMA {} TO {}; GRANT SELECT ON {} TO {}").format(
        sql.Identifier(SCHEMA), sql.Identifier(READER), names, sql.Identifier(READER)
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """What is published of one category by one source."""

    licence: Licence
    producer: str
    data_date: str
    rows: int


def _published(connection: psycopg.Connection[Any]) -> Mapping[str, list[_Part]]:
    query = (
        f"SELECT category, licence, producer, data_date, count(*) FROM {SCHEMA}.published_service "
        "GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    )
    parts: dict[str, list[_Part]] = {}
    for category, licence, producer, data_date, rows in connection.execute(query):
        parts.setdefault(category, []).append(_Part(Licence(licence), producer, data_date, rows))
    return parts


def _comment(view: View, published: Mapping[str, list[_Part]]) -> sql.Composed:
    said = " — ".join(_sentences(view, published))
    return sql.SQL("COMMENT ON VIEW {} IS {}").format(sql.Identifier(SCHEMA, view.name), sql.Literal(said))


def _sentences(view: View, published: Mapping[str, list[_Part]]) -> Iterator[str]:
    yield view.title
    if view.name in _WHOLE:
        return
    parts = [
        part
        for category in view.categories or published
        for part in published.get(category, ())
        if not view.categories or (part.licence is _SHARED_ALIKE) == view.share_alike
    ]
    if not parts:
        yield "rien de publié sous cette licence / nothing is published under this licence"
        return
    dates = sorted({part.data_date for part in parts})
    yield f"licence : {', '.join(sorted({part.licence.label for part in parts}))}"
    yield f"producteurs / publishers : {', '.join(sorted({part.producer for part in parts}))}"
    yield f"données / data : {dates[0]}" + (f" … {dates[-1]}" if len(dates) > 1 else "")
    yield f"{sum(part.rows for part in parts)} lignes / rows"
