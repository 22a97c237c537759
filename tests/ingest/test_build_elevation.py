"""A whole build on a raster of heights."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from app.answers.attribution import base_attribution
from app.answers.meta import snapshot_answer
from app.answers.scores import score_answer
from geo.errors import ConfigurationError, SourceMalformed
from geo.manifest import FileRecord
from geo.scoring import Place, score
from geo.snapshot import Snapshot
from ingest.build import Builder
from ingest.elevation_credit import Elevation, credit_file
from ingest.plan import make_plan
from ingest.progress import Silent
from tests.built import build_settings

if TYPE_CHECKING:
    from pathlib import Path


def hills(path: Path, west: float, south: float, east: float, north: float, height_m: float) -> Path:
    """Waves of 2 km, so high."""
    size = 400
    transform = Affine((east - west) / size, 0, west, 0, (south - north) / size, north)
    crest = np.sin(np.linspace(0, 2 * np.pi * (east - west) / 0.026, size))
    values = (100 + height_m * np.tile(crest, (size, 1))).astype(np.float32)
    options = {"height": size, "width": size, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    with rasterio.open(path, "w", driver="GTiff", transform=transform, **options) as raster:
        raster.write(values, 1)
    credit = 'title = "Collines"\nproducer = "Institut des collines"\nlicence = "etalab-2.0"\n'
    path.with_suffix(".toml").write_text(
        f'{credit}url = "https://example.org/"\ndata_date = "2024"\n', encoding="utf-8"
    )
    return path


def test_a_build_on_heights_is_another_one_says_so_and_makes_the_same_twice(
    sample_folder: Path, tmp_path: Path
) -> None:
    level = Snapshot.current(sample_folder / "snapshots", "00")
    west, south, east, north = level.territory.bbox
    raster = hills(tmp_path / "collines.tif", west - 0.5, south - 0.5, east + 0.5, north + 0.5, 40.0)
    shutil.copytree(sample_folder / "cache", tmp_path / "cache")
    settings = build_settings(tmp_path, raw=sample_folder / "raw", elevation=raster)
    built = Builder(settings).build("00")
    assert built.snapshot_id != level.id
    assert make_plan("00", settings, Silent().stage).unchanged
    hilly = Snapshot.current(tmp_path / "snapshots", "00")
    walk, car = hilly.networks["walk"], hilly.networks["car"]
    assert (walk.elevation, car.elevation) == ("collines.tif", "")
    assert walk.sloped_share == 1.0
    assert (walk.forward_ms != walk.backward_ms).mean() > 0.8
    assert (car.forward_ms == level.networks["car"].forward_ms).all()

    services = level.services
    place = Place(lon=float(services.row(0).lon), lat=float(services.row(0).lat))
    told = {
        name: score_answer(one, *score(one, [place], "walk", one.profiles["famille"]))["slope"]
        for name, one in {"level": level, "hilly": hilly}.items()
    }
    assert told == {"level": None, "hilly": "collines.tif"}
    credit = "Institut des collines, Collines, 2024, Licence Ouverte 2.0"
    assert credit in base_attribution(hilly), "named beside every answer"
    assert credit not in base_attribution(level)
    assert hilly.source("elevation").content == FileRecord.of(raster).sha256
    slopes = {mode["id"]: mode["slope"] for mode in snapshot_answer(hilly)["mode_details"]}
    assert slopes["walk"] == {"raster": "collines.tif", "known_share": 1.0}
    assert slopes["car"] is None

    words = raster.with_suffix(".toml").read_text(encoding="utf-8")
    raster.with_suffix(".toml").write_text(words.replace("2024", "2025"), encoding="utf-8")
    other = make_plan("00", settings, Silent().stage)
    assert other.snapshot_id not in {built.snapshot_id, level.id}, "another credit is another snapshot"
    hills(raster, west - 0.5, south - 0.5, east + 0.5, north + 0.5, 41.0)
    other = make_plan("00", settings, Silent().stage)
    assert other.snapshot_id not in {built.snapshot_id, level.id}, "the same name, another hash"
    hills(raster, 20.0, 40.0, 21.0, 41.0, 40.0)
    with pytest.raises(SourceMalformed, match="a height for none of the streets"):
        Builder(settings).build("00")
    assert Snapshot.current(tmp_path / "snapshots", "00").id == built.snapshot_id, "the good one goes on serving"


GOOD = 'title = "T"\nproducer = "P"\nlicence = "CC-BY-4.0"\nurl = ""\ndata_date = "2024"\n'


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (None, "mnt.toml is missing beside the raster.*producer"),
        (GOOD.replace("CC-BY-4.0", "secret"), "'licence' is 'secret', expected one of"),
        (GOOD.replace("producer", "maker"), "'producer' is missing"),
        (GOOD + "note = 1\n", "unknown key 'note'"),
        ("title = ", "mnt.toml: "),
    ],
)
def test_a_raster_of_which_nobody_says_who_made_it_is_refused(tmp_path: Path, words: str | None, told: str) -> None:
    raster = tmp_path / "mnt.tif"
    raster.write_bytes(b"any")
    if words is not None:
        credit_file(raster).write_text(words.replace('url = ""', 'url = "https://example.org/"'), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=told):
        Elevation.of(raster)
