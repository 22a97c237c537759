"""Heights from rasters that are made here: planes, whose every height is known, with gaps, borders and damage."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from rasterio.transform import Affine

from geo.elevation import street_heights
from geo.errors import ConfigurationError, SourceMalformed
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.streets import RawStreets, Segments
from ingest.elevation import ground_heights
from ingest.settings import load_build_settings
from tests.lattice import MODES

if TYPE_CHECKING:
    from pathlib import Path

LAMBERT_93 = Transformer.from_crs("EPSG:2154", "EPSG:4326", always_xy=True)
X_M, Y_M = 810_000.0, 6_630_000.0
"""Upper left corner of the rasters in Lambert-93."""
NODATA = -9999.0


def plane(x: Any, y: Any) -> Any:
    """A height that any interpolation of first order gives back."""
    return 300 + 0.04 * (x - X_M) - 0.02 * (y - Y_M)


def from_origin(west: float, north: float, width: float, height: float) -> Affine:
    """Pixels of this size, rows southwards."""
    return Affine(width, 0, west, 0, -height, north)


def write(path: Path, values: np.ndarray, transform: Affine, crs: str | None = "EPSG:2154", **more: Any) -> Path:
    options = {"height": values.shape[0], "width": values.shape[1], "count": 1, "dtype": values.dtype.name, **more}
    if crs is not None:
        options["crs"] = crs
    with rasterio.open(path, "w", driver="GTiff", transform=transform, **options) as raster:
        raster.write(values, 1)
    return path


def tilted(path: Path, columns: int = 40, rows: int = 30, pixel_m: float = 25.0, **more: Any) -> Path:
    x = X_M + pixel_m * (np.arange(columns) + 0.5)
    y = Y_M - pixel_m * (np.arange(rows) + 0.5)
    values = plane(*np.meshgrid(x, y)).astype(np.float64)
    for row, column in more.pop("gaps", ()):
        values[row, column] = NODATA
    return write(path, values, from_origin(X_M, Y_M, pixel_m, pixel_m), nodata=more.pop("nodata", NODATA), **more)


def lonlat(*places: tuple[float, float]) -> np.ndarray:
    """(M, 2) degrees of metres right of and below the raster's corner."""
    x, y = (X_M + np.array(places)[:, 0], Y_M - np.array(places)[:, 1])
    return np.column_stack(LAMBERT_93.transform(x, y))


def expected(*places: tuple[float, float]) -> list[float]:
    return [plane(X_M + right, Y_M - below) for right, below in places]


PLACES = [(500.0, 400.0), (12.5, 12.5), (1.0, 2.0), (999.0, 749.0), (37.5, 12.5), (613.7, 222.2)]


def test_heights_on_a_plane_are_those_of_the_plane_up_to_its_borders(tmp_path: Path) -> None:
    heights = ground_heights(tilted(tmp_path / "plane.tif"), lonlat(*PLACES))
    assert heights == pytest.approx(expected(*PLACES), abs=1e-4)


def test_beyond_the_raster_nothing_is_known(tmp_path: Path) -> None:
    heights = ground_heights(tilted(tmp_path / "plane.tif"), lonlat((500, 400), (-5, 400), (500, 751), (2e6, 0)))
    assert np.isnan(heights).tolist() == [False, True, True, True]


def test_a_position_that_no_plane_holds_is_unknown(tmp_path: Path) -> None:
    places = np.vstack([lonlat((500, 400)), [[4.4, 95.0]], [[np.nan, 46.0]]])
    assert np.isnan(ground_heights(tilted(tmp_path / "plane.tif"), places)).tolist() == [False, True, True]


def test_a_lone_gap_is_bridged_by_the_plane_and_a_wide_one_is_unknown(tmp_path: Path) -> None:
    wide = [(row, column) for row in range(20, 24) for column in range(20, 24)]
    raster = tilted(tmp_path / "plane.tif", gaps=[(5, 5), *wide])
    near, within = (5.4 * 25, 5.6 * 25), (22 * 25.0, 22 * 25.0)
    heights = ground_heights(raster, lonlat(near, within, (500, 100)))
    assert heights[[0, 2]] == pytest.approx(expected(near, (500, 100)), abs=1e-4)
    assert np.isnan(heights[1])


def test_a_nodata_that_nobody_declared_is_no_height(tmp_path: Path) -> None:
    gaps = [(row, column) for row in range(4, 8) for column in range(4, 8)]
    raster = tilted(tmp_path / "plane.tif", gaps=gaps, nodata=None)
    heights = ground_heights(raster, lonlat((6 * 25.0, 6 * 25.0), (500, 400)))
    assert np.isnan(heights).tolist() == [True, False]


def test_integers_with_a_scale_are_metres(tmp_path: Path) -> None:
    path = write(tmp_path / "dm.tif", np.full((4, 4), 1234, np.int16), from_origin(X_M, Y_M, 25, 25), nodata=-32768)
    with rasterio.open(path, "r+") as raster:
        raster.scales, raster.offsets = (0.1,), (100.0,)
    assert ground_heights(path, lonlat((50, 50))) == pytest.approx([223.4])


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:32631"])
def test_any_reference_system_will_do(tmp_path: Path, crs: str) -> None:
    to = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    (west, east), (north, south) = to.transform(*lonlat((0, 0), (1000, 750)).T)
    columns, rows = 400, 300
    transform = from_origin(west, north, (east - west) / columns, (north - south) / rows)
    right, below = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    x, y = west + transform.a * right, north + transform.e * below
    to_plane = Transformer.from_crs(crs, "EPSG:2154", always_xy=True)
    raster = write(tmp_path / "any.tif", plane(*to_plane.transform(x, y)).astype(np.float64), transform, crs)
    places = [(500.0, 400.0), (310.0, 222.0), (613.7, 222.2)]
    assert ground_heights(raster, lonlat(*places)) == pytest.approx(expected(*places), abs=0.01)


def test_a_raster_that_runs_northwards_is_read_as_it_says(tmp_path: Path) -> None:
    x, y = X_M + 25 * (np.arange(40) + 0.5), Y_M - 750 + 25 * (np.arange(30) + 0.5)
    raster = write(tmp_path / "up.tif", plane(*np.meshgrid(x, y)), Affine(25, 0, X_M, 0, 25, Y_M - 750))
    assert ground_heights(raster, lonlat(*PLACES)) == pytest.approx(expected(*PLACES), abs=1e-4)


def test_tiles_meet_without_a_seam(tmp_path: Path) -> None:
    raster = tilted(tmp_path / "large.tif", columns=2100, rows=1100, pixel_m=1.0, tiled=True, compress="deflate")
    random = np.random.default_rng(1)
    places = [*map(tuple, random.uniform([0, 0], [2100, 1100], (500, 2))), (1024.0, 500.0), (1024.4, 1024.2), (2048, 3)]
    assert ground_heights(raster, lonlat(*places)) == pytest.approx(expected(*places), abs=1e-4)


def test_what_is_no_raster_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mnt.tif"
    path.write_text("<html>404</html>")
    with pytest.raises(SourceMalformed, match=r"source elevation: no GeoTIFF that can be read: .*mnt\.tif"):
        ground_heights(path, lonlat((0, 0)))


def test_a_raster_that_breaks_off_is_named(tmp_path: Path) -> None:
    path = tilted(tmp_path / "mnt.tif", columns=400, rows=400)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    with pytest.raises(SourceMalformed, match=r"no GeoTIFF that can be read"):
        ground_heights(path, lonlat((9000, 9000)))


def test_another_format_is_refused_for_it_may_lead_to_other_files(tmp_path: Path) -> None:
    path = tmp_path / "mnt.asc"
    path.write_text("ncols 2\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 1\n1 2\n3 4\n")
    with pytest.raises(SourceMalformed, match="no GeoTIFF"):
        ground_heights(path, lonlat((0, 0)))


@pytest.mark.parametrize("lacks", ["system", "origin"])
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_raster_that_does_not_say_where_it_lies_is_refused(tmp_path: Path, lacks: str) -> None:
    transform = Affine.identity() if lacks == "origin" else from_origin(X_M, Y_M, 25, 25)
    path = write(tmp_path / "mnt.tif", np.ones((4, 4)), transform, None if lacks == "system" else "EPSG:2154")
    with pytest.raises(SourceMalformed, match=r"does not say where it lies.*gdal_translate"):
        ground_heights(path, lonlat((50, 50)))


def test_a_raster_of_one_row_has_nothing_between(tmp_path: Path) -> None:
    path = write(tmp_path / "mnt.tif", np.ones((1, 4)), from_origin(X_M, Y_M, 25, 25))
    with pytest.raises(SourceMalformed, match="4 × 1 pixels"):
        ground_heights(path, lonlat((50, 10)))


def test_a_raster_of_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceMalformed, match=r"a height for none of the streets.*plane\.tif"):
        ground_heights(tilted(tmp_path / "plane.tif"), lonlat((90_000, 0)))


def test_a_raster_of_nothing_but_gaps_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "sea.tif", np.full((4, 4), NODATA), from_origin(X_M, Y_M, 25, 25), nodata=NODATA)
    with pytest.raises(SourceMalformed, match="a height for none of the streets"):
        ground_heights(path, lonlat((50, 50)))


def test_no_raster_under_that_name_is_a_slip_of_the_settings(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"ALENTOURS_ELEVATION names .*mnt\.tif, which is not a file"):
        load_build_settings(elevation=tmp_path / "mnt.tif")


OVERSEAS = [
    ("EPSG:2975", 55.45, -20.9),  # La Réunion
    ("EPSG:2972", -52.33, 4.92),  # Guyane
    ("EPSG:4471", 45.23, -12.78),  # Mayotte
    ("EPSG:5490", -61.53, 16.24),  # Guadeloupe
    ("EPSG:5490", -61.06, 14.61),  # Martinique
]


RING = (0.1 / math.sqrt(2), -0.1 / math.sqrt(2))


def crossing(projection: Projection, lon: float, lat: float) -> RawStreets:
    """Four streets of 400 m of the plane around a junction, each of two blocks, closed to a ring."""
    x, y = projection.to_xy_m(lon, lat)
    at = [(0, 0), (200, 0), (400, 0), (0, 200), (0, 400), (-200, 0), (-400, 0), (0, -200), (0, -400)]
    pairs = [(0, 1), (1, 2), (0, 3), (3, 4), (0, 5), (5, 6), (0, 7), (7, 8), (2, 4), (4, 6), (6, 8), (8, 2)]
    places = np.array(at, np.float64) + np.array([float(x), float(y)])
    return RawStreets(
        node_lonlat=np.column_stack(projection.to_lonlat(*places.T)),
        segment_from=np.array([a for a, _ in pairs], np.int32),
        segment_to=np.array([b for _, b in pairs], np.int32),
        segment_way=np.arange(len(pairs), dtype=np.int32),
        way_tags=[{"highway": "residential"} for _ in pairs],
    )


@pytest.mark.parametrize(("crs", "lon", "lat"), OVERSEAS)
def test_streets_and_raster_overseas_have_their_metres_and_their_heights(
    tmp_path: Path, crs: str, lon: float, lat: float
) -> None:
    projection = Projection(crs)
    raw = crossing(projection, lon, lat)
    x, y = (float(value) for value in projection.to_xy_m(lon, lat))
    columns = 5.0 * (np.arange(200) + 0.5) - 500
    values = np.tile(80 + 0.1 * columns, (200, 1))
    raster = write(tmp_path / "mnt.tif", values, from_origin(x - 500, y + 500, 5, 5), crs)
    heights = street_heights(raw, ground_heights(raster, raw.node_lonlat))
    assert heights[[0, 1, 2, 5]] == pytest.approx([80, 100, 120, 60], abs=0.01)
    segments = Segments.of(raw, MODES["walk"])
    assert segments.length_m[:8] == pytest.approx(np.full(8, 200.0), rel=1.1e-3), "but for the scale of the plane"
    steep = StreetNetwork.build(
        RawStreets(**{**vars(raw), "node_height_m": heights, "elevation": raster.name}), MODES["walk"], projection
    )
    level = StreetNetwork.build(raw, MODES["walk"], projection)
    # Along x 10 % up or down, along y level, on the ring 7.07 %.
    predicted = [math.exp(3.5 * (abs(grade + 0.05) - 0.05)) for grade in (0.1, -0.1, 0, *RING)]
    for slowed in steep.forward_ms / level.forward_ms, steep.backward_ms / level.backward_ms:
        assert max(min(abs(one - ratio) for one in predicted) for ratio in slowed.tolist()) < 0.002
        assert float(max(slowed)) == pytest.approx(math.exp(0.35), abs=0.002)
    assert steep.sloped_share == 1.0


def test_a_street_across_the_antimeridian_is_as_long_as_the_ground() -> None:
    raw = RawStreets(
        node_lonlat=np.array([[179.9995, -16.8], [-179.9995, -16.8]]),
        segment_from=np.array([0], np.int32),
        segment_to=np.array([1], np.int32),
        segment_way=np.array([0], np.int32),
        way_tags=[{"highway": "residential"}],
    )
    assert Segments.of(raw, MODES["walk"]).length_m == pytest.approx([106.6], abs=0.2)
    # Fiji's map grid has its seam elsewhere: both ends lie side by side in its plane.
    network = StreetNetwork.build(raw, MODES["walk"], Projection("EPSG:3460"))
    assert float(np.ptp(network.vertex_xy_m[:, 0])) == pytest.approx(106.6, abs=0.5)


@pytest.mark.parametrize("west", [179.99, -180.01])
def test_a_raster_across_the_antimeridian_has_one_ground(tmp_path: Path, west: float) -> None:
    columns = np.arange(200) + 0.5
    raster = write(
        tmp_path / "mnt.tif", np.tile(10 + columns, (20, 1)), from_origin(west, -16.79, 1e-4, 1e-3), "EPSG:4326"
    )
    heights = ground_heights(raster, np.array([[179.995, -16.8], [-179.995, -16.8], [180.0, -16.8], [-180.0, -16.8]]))
    assert heights == pytest.approx([60, 160, 110, 110], abs=1e-3)
