"""The report: one address, its score, a map and its equal table, in one file that asks nothing of anybody.

Folium makes the map; its own pages load Leaflet and more from other hosts, so the page here is ours and holds what it
needs. The basemap is the snapshot's own streets, drawn as lines. Numbers on the map are those of the table.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
import numpy as np
import shapely
from branca.element import Figure, MacroElement
from folium.template import Template
from numpy.typing import NDArray

from app import __version__
from app.answers.attribution import attribution, base_attribution
from app.answers.place import place_label
from app.answers.slope import slope_of
from app.french import minutes, number, status_word
from geo.errors import ConfigurationError
from geo.places import Service
from geo.projection import Projection, ground_m
from geo.scoring import Component, Reach, Score
from geo.snapshot import Snapshot

__all__ = ["LeafletFiles", "report", "service_name"]

NEAR_M = 600.0
"""Streets are drawn this far around the place at least, whatever the services."""
FAR_M = 4000.0
"""And never farther: a file that a person sends by mail stays below some megabytes."""
LINE_TOLERANCE_M = 3.0
_ABOVE_ALL = 10_000
"""Leaflet lifts a mark by its pixels from the top of the map; this is more than any map's height."""
STYLE = Path(__file__).with_name("report.css")


@dataclass(frozen=True)
class LeafletFiles:
    """Leaflet as text, to be put into the page."""

    script: str
    style: str

    @classmethod
    def find(cls, built: Path) -> LeafletFiles:
        """Read Leaflet from the front end's build.

        Raises
        ------
        ConfigurationError
            When the build does not hold it.
        """
        try:
            script, style = ((built / "report" / name).read_text("utf-8") for name in ("leaflet.js", "leaflet.css"))
        except FileNotFoundError as error:
            needs = "the report needs the map library that comes with the pages"
            raise ConfigurationError(f"{needs}, and it is not in {built}: run 'make run' once") from error
        # A source map would be asked for, and pictures too; no control that is used here shows one.
        script = re.sub(r"//# sourceMappingURL=.*", "", script)
        return cls(script, re.sub(r"url\([^)]*\)", "none", style))


@dataclass(frozen=True)
class _Shown:
    """A service as the report shows it: its number on the map and in the table."""

    number: int
    reach: Reach


class _Page(Figure):
    """Folium's figure, in a page of ours."""

    _template = Template(
        """<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<title>{{ this.heading|e }} – Alentours</title>
<style>{{ this.leaflet.style }}</style>
<script>{{ this.leaflet.script }}</script>
{{ this.header.render(**kwargs) }}
<style>{{ this.style }}</style>
</head>
<body>
{{ this.before }}
<div class="map">{{ this.html.render(**kwargs) }}</div>
{{ this.after }}
<script>{{ this.script.render(**kwargs) }}</script>
</body>
</html>
"""
    )

    def __init__(self, heading: str, leaflet: LeafletFiles, before: str, after: str) -> None:
        super().__init__()
        self.heading, self.leaflet, self.before, self.after, self.style = (
            heading,
            leaflet,
            before,
            after,
            STYLE.read_text(encoding="utf-8"),
        )
        self.header._children.clear()  # noqa: SLF001 — its meta tag stands in the page already


class _Mark(MacroElement):
    """A marker that is text: folium's own first asks for Leaflet's pictures, whatever icon it is given."""

    _template = Template(
        """{% macro script(this, kwargs) %}
        L.marker({{ this.latlon|tojson }}, {
            icon: L.divIcon(
                {html: {{ this.text|tojson }}, className: {{ this.kind|tojson }}, iconSize: {{ this.size }}}),
            title: {{ this.title|tojson }}, alt: {{ this.title|tojson }}, zIndexOffset: {{ this.lifted }},
        }).addTo({{ this._parent.get_name() }});
        {% endmacro %}"""
    )

    def __init__(
        self, latlon: tuple[float, float], kind: str, size_px: int, text: str, title: str, *, lifted: int = 0
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca leaves it untyped
        self.latlon, self.kind, self.size, self.text, self.title = latlon, kind, [size_px, size_px], text, title
        self.lifted = lifted
        """How far above the other marks it is drawn."""


class _Controls(MacroElement):
    """What stands on the edges of the map: whose data it draws, a scale in metres, and the zoom in French.

    The lines of the sources that give the services alone stand below the table: on the map they would hide it.
    """

    _template = Template(
        """{% macro script(this, kwargs) %}
        {{ this._parent.get_name() }}.attributionControl.setPrefix(false);
        {{ this._parent.get_name() }}.attributionControl.addAttribution({{ this.credits|tojson }});
        L.control.scale({imperial: false, position: "topright"}).addTo({{ this._parent.get_name() }});
        L.control.zoom({zoomInTitle: "Agrandir", zoomOutTitle: "Réduire"}).addTo({{ this._parent.get_name() }});
        {% endmacro %}"""
    )

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca leaves it untyped
        self.credits = " · ".join([*map(_text, lines), "<a href=#sources>sources des services</a>"])


def report(snapshot: Snapshot, score: Score, leaflet: LeafletFiles) -> str:
    """Return the report of one score as the text of an HTML file."""
    shown = _numbered(snapshot, score.components)
    label = place_label(snapshot, score.place)
    services = (snapshot.services.row(r.service) for component in score.components for r in component.nearest)
    cited = {row.source for s in services for row in (s.provenance[0], *s.given_by.values())}
    lines = attribution(snapshot, cited)
    page = _Page(label, leaflet, _summary(snapshot, score, label), _tables(snapshot, score, shown, lines))
    drawing = _map(snapshot, score, list(shown.values()), label)
    drawing.add_child(_Controls(base_attribution(snapshot)))
    page.add_child(drawing)
    return str(page.render())


def _numbered(snapshot: Snapshot, components: Sequence[Component]) -> dict[str, _Shown]:
    """Give the nearest service of each category a number, in the order of the table: more would hide the map.

    A site of two categories is one service, and has one number.
    """
    shown: dict[str, _Shown] = {}
    for component in components:
        for reach in component.nearest[:1]:
            shown.setdefault(snapshot.services.row(reach.service).id, _Shown(len(shown) + 1, reach))
    return shown


# ---------------------------------------------------------------- map


def _map(snapshot: Snapshot, score: Score, shown: Sequence[_Shown], label: str) -> folium.Map:
    home = (score.place.lat, score.place.lon)
    drawing = folium.Map(location=home, zoom_start=15, tiles=None, prefer_canvas=True, zoom_control=False, max_zoom=19)
    drawing.default_js, drawing.default_css = [], []  # what the page holds already, or does not need
    streets = _streets(snapshot, score, shown)
    if streets:
        drawn = {"color": "#9d988c", "weight": 1.5, "opacity": 0.9, "interactive": False}
        folium.PolyLine(streets, **drawn).add_to(drawing)  # type: ignore[no-untyped-call]  # folium leaves it untyped
    for mark in shown:
        service = snapshot.services.row(mark.reach.service)
        text = f"{mark.number}. {service_name(snapshot, service)}, {minutes(mark.reach.seconds)}"
        drawing.add_child(_Mark((service.lat, service.lon), "mark", 24, str(mark.number), text))
    drawing.add_child(_Mark(home, "home", 18, "", label, lifted=_ABOVE_ALL))
    marks = [home, *((s.lat, s.lon) for s in map(snapshot.services.row, (m.reach.service for m in shown)))]
    near = [(lat, lon) for lat, lon in marks if ground_m(home[1], home[0], lon, lat) <= FAR_M]
    box = [np.min(near, axis=0).tolist(), np.max(near, axis=0).tolist()]
    # Below stand the lines of who made the data: no mark is to lie under them.
    drawing.fit_bounds(box, padding_top_left=(30, 30), padding_bottom_right=(30, 90), max_zoom=17)
    return drawing


def _streets(snapshot: Snapshot, score: Score, shown: Sequence[_Shown]) -> list[list[tuple[float, float]]]:
    """Return the streets around the place and its services, as lines of (lat, lon)."""
    network = snapshot.networks[score.mode]
    projection = Projection(network.crs)
    west, south, east, north = _box_deg(snapshot, score, shown)
    x, y = projection.to_xy_m([west, east], [south, north])
    xy_m = np.asarray(network.vertex_xy_m)
    inside = (xy_m[:, 0] >= x[0]) & (xy_m[:, 0] <= x[1]) & (xy_m[:, 1] >= y[0]) & (xy_m[:, 1] <= y[1])
    edge = np.repeat(np.arange(network.edges), np.diff(network.vertex_ptr))
    drawn = np.zeros(network.edges, dtype=bool)
    drawn[edge[inside]] = True
    kept = drawn[edge]
    if not kept.any():
        return []
    whole: Any = shapely.linestrings(xy_m[kept], indices=np.cumsum(drawn)[edge[kept]] - 1)
    return [_latlon(projection, line) for line in shapely.simplify(whole, LINE_TOLERANCE_M)]


def _latlon(projection: Projection, line: Any) -> list[tuple[float, float]]:
    xy_m: NDArray[np.float64] = shapely.get_coordinates(line)
    lon, lat = projection.to_lonlat(xy_m[:, 0], xy_m[:, 1])
    return [(round(float(b), 5), round(float(a), 5)) for a, b in zip(lon, lat, strict=True)]


def _box_deg(snapshot: Snapshot, score: Score, shown: Sequence[_Shown]) -> tuple[float, float, float, float]:
    """Return west, south, east, north around the place and its services, neither too near nor too far."""
    projection = Projection(snapshot.territory.crs)
    rows = [mark.reach.service for mark in shown]
    lon, lat = [score.place.lon, *snapshot.services.lon[rows]], [score.place.lat, *snapshot.services.lat[rows]]
    x, y = projection.to_xy_m(lon, lat)
    reach_m = np.clip(np.hypot(x - x[0], y - y[0]).max() + 200.0, NEAR_M, FAR_M)
    corners_x, corners_y = [x[0] - reach_m, x[0] + reach_m], [y[0] - reach_m, y[0] + reach_m]
    box_lon, box_lat = projection.to_lonlat(corners_x, corners_y)
    return float(box_lon[0]), float(box_lat[0]), float(box_lon[1]), float(box_lat[1])


# ---------------------------------------------------------------- words and tables


def _summary(snapshot: Snapshot, score: Score, label: str) -> str:
    profile = snapshot.profiles[score.profile]
    total = "aucune note : rien n’est couvert ici" if score.total is None else f"{number(score.total, 0)} sur 100"
    covered = f"{number(score.covered_weight * 100, 0)} % du poids est couvert par les données"
    mode = _text(_mode(snapshot, score.mode))
    raster = slope_of(snapshot, score.mode)
    ground = f"Pentes d’après {_text(raster)}" if raster else "Rues comptées comme plates"
    return (
        f"<header><p>Alentours · {_text(snapshot.territory.name)}</p><h1>{_text(label)}</h1>"
        f"<p class='total'>{total}</p>"
        f"<p>Profil « {_text(profile.label.fr)} », {mode} ; {covered}. {ground}.</p></header>"
    )


def _mode(snapshot: Snapshot, mode_id: str) -> str:
    """Name the mode; of one that only indicates, say how little is known of its streets."""
    mode, untold = snapshot.modes[mode_id], snapshot.networks[mode_id].untold_share
    if not mode.indicative or untold is None:
        return mode.phrase.fr
    return f"{mode.phrase.fr} (profil indicatif : {number(untold * 100, 0)} % des rues sans indication)"


def _tables(snapshot: Snapshot, score: Score, shown: Mapping[str, _Shown], lines: Sequence[str]) -> str:
    rows = "".join(_rows(snapshot, component, shown) for component in score.components)
    licences = "".join(f"<li>{_text(line)}</li>" for line in lines)
    return (
        "<main><h2>Les mêmes services, en tableau</h2>"
        "<p>La carte porte le numéro du service le plus proche de chaque catégorie. "
        "Points = poids × valeur. « Non couvert » n’est pas un zéro : les données manquent.</p>"
        "<div class='scroll' tabindex='0' role='region' aria-label='Services'><table><thead><tr>"
        "<th scope='col'>Service<th scope='col'>Poids<th scope='col'>Valeur<th scope='col'>Points<th scope='col'>N°"
        "<th scope='col'>Le plus proche<th scope='col'>Temps<th scope='col'>Source</tr></thead>"
        f"{rows}</table></div></main>"
        f"<footer><h2 id='sources'>Sources et licences</h2><ul>{licences}</ul>"
        f"<p>Instantané {_text(score.snapshot)}, méthode {_text(score.method_version)}, profil "
        f"{_text(score.profile_version)}, Alentours {_text(__version__)}.</p></footer>"
    )


def _rows(snapshot: Snapshot, component: Component, shown: Mapping[str, _Shown]) -> str:
    """Return one component as a group of rows: one a service, or one that says why there is none."""
    height = max(1, len(component.nearest))
    value = status_word(component.status) if component.value is None else f"{number(component.value * 100, 0)} %"
    points = "–" if component.points is None else number(component.points, 1)
    head = (
        f"<th scope='rowgroup' rowspan='{height}'>{_text(snapshot.taxonomy[component.category].label.fr)}</th>"
        f"<td rowspan='{height}'>{number(component.weight, 1)}</td><td rowspan='{height}'>{value}</td>"
        f"<td rowspan='{height}'>{points}</td>"
    )
    cells = [_service_cells(snapshot, reach, shown) for reach in component.nearest]
    if not cells:
        none = status_word(component.status) if component.value is not None else "–"
        cells = [f"<td></td><td colspan='3'>{none}</td>"]
    return f"<tbody><tr>{head}{'</tr><tr>'.join(cells)}</tr></tbody>"


def _service_cells(snapshot: Snapshot, reach: Reach, shown: Mapping[str, _Shown]) -> str:
    service = snapshot.services.row(reach.service)
    origin = service.provenance[0]
    source = snapshot.source(origin.source)
    title = source.title if source else origin.source
    mark = shown.get(service.id)
    counted = "" if reach.counted else " <i>(à titre indicatif)</i>"
    return (
        f"<td>{mark.number if mark else ''}</td><td>{_text(service_name(snapshot, service))}{counted}</td>"
        f"<td>{minutes(reach.seconds)}</td>"
        f"<td>{_text(title)}, {_text(origin.data_date)}, {_text(origin.licence.label)}</td>"
    )


def service_name(snapshot: Snapshot, service: Service) -> str:
    """Name a service; one without a name is what it is."""
    return service.name or snapshot.taxonomy[service.category].label.fr


def _text(text: str) -> str:
    return html.escape(text)
