"""What the documentation tells a reader to type works, and what it names is there.

Links, make targets that are named, and the numbering of decisions: ``test_repository.py``. Each operation, problem and
setting of the service has its words: ``tests/app``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import typer

from app.cli import cli
from app.settings import Settings
from geo.manifest import Manifest
from geo.publication import current_id, publish
from geo.snapshot import Snapshot
from ingest.cli import cli as ingest_cli
from ingest.settings import BuildSettings
from scripts.requisites import NO_CURL
from tests import exercise
from tests.documented import ROOT, Command, commands, fences, inline_code

SERVICE = "http://127.0.0.1:8000"
ALENTOURS = ".venv/bin/alentours"
BIN = Path(sys.executable).parent
PATIENCE_S = 60
USAGE_ERROR = typer.BadParameter.__mro__[1]

ONLY_BY_FORM = {
    # program: (what it may look like, why it is not run)
    "createdb": (r"createdb \w+", "makes a database in the reader's own server; the tests' server is another"),
    "psql": (r"psql \w+ -c '.+'", "speaks to the reader's own server; the tests' server has PostGIS already"),
    "ogrinfo": (r"ogrinfo -ro \"PG:[^\"]+\"", "speaks to the reader's own server; test_gdal.py runs it on the tests'"),
    "ogr2ogr": (r"ogr2ogr -f GPKG \w+\.gpkg \"PG:[^\"]+\" \w+", "the same"),
    ".venv/bin/alembic": (
        r"\.venv/bin/alembic -c ingest/store/migrations/alembic\.ini (current|upgrade head|downgrade -1)",
        "changes the reader's own database; test_migrations.py runs it on the tests'",
    ),
    "docker": (r"docker (build|run) .+", "needs a container engine, and a network to fetch the base image"),
    "gdalbuildvrt": (r"gdalbuildvrt -a_srs EPSG:\d+ \w+\.vrt .+", "reads heights that the reader fetched"),
    "gdal_translate": (r"gdal_translate (-co \w+=\w+ )+\w+\.vrt \w+\.tif", "the same"),
    "git": (r"git clone \S+( \S+)?", "fetches the project from wherever the reader found it"),
}
LABELS = {"", "sh", "sql", "json", "toml", "csv", "python", "html"}
GENERATED = ("data/cache", "data/raw", "data/store", "data/snapshots", "frontend/dist", ".venv", ".make")


def of(*programs: str) -> list[Command]:
    return [command for command in commands() if command.program in programs]


def runs(command: Command) -> bool:
    """Whether a command of ours ends by itself, builds nothing and speaks of the sample; others are only parsed."""
    words = command.words
    return words[1] not in {"serve", "build"} and "71" not in words


# ---------------------------------------------------------------- nothing escapes


def test_every_command_is_of_a_kind_that_is_run_or_checked() -> None:
    known = {"make", "curl", ALENTOURS, *ONLY_BY_FORM}
    assert [str(command) for command in commands() if command.program not in known] == []
    assert all(of(program) for program in ("make", "curl", ALENTOURS))


def test_no_command_hides_in_a_block_that_is_not_marked() -> None:
    looks_like_one = re.compile(r"^\s*(\$|make|curl|alentours|\.venv/bin|docker|git|npm|npx|pip|python3?|sudo) ", re.M)
    for fence in fences():
        where = f"{fence.page}:{fence.line}"
        assert fence.label in LABELS, f"{where}: mark commands sh; {fence.label!r} is no kind of block known here"
        if fence.label != "sh":
            assert not looks_like_one.search(fence.text), f"{where}: a command in a block that is not marked sh"


@pytest.mark.parametrize("command", of(*ONLY_BY_FORM), ids=str)
def test_a_command_for_other_machines_has_its_form(command: Command) -> None:
    form, _ = ONLY_BY_FORM[command.program]
    assert re.fullmatch(form, command.text, re.DOTALL)
    if command.words[:2] == ["docker", "run"]:
        dockerfile = (ROOT / "Dockerfile").read_text()
        for folder in re.findall(r"-v \S+?:(\S+)", command.text):
            assert f'"{folder}"' in dockerfile, f"{folder} is no volume of the image"


# ---------------------------------------------------------------- make


@pytest.mark.parametrize("command", of("make"), ids=str)
def test_a_make_command_has_its_target_and_its_variables(command: Command) -> None:
    makefile = (ROOT / "Makefile").read_text()
    known = set(re.findall(r"^([A-Z_]+) \?=", makefile, re.MULTILINE))
    assert set(re.findall(r"\b([A-Z_]+)=", command.text)) <= known
    dry = subprocess.run(
        ["make", "-n", *command.words[1:]], cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    assert dry.returncode == 0, dry.stderr


# ---------------------------------------------------------------- the running service


@pytest.mark.parametrize("command", of("curl"), ids=str)
def test_a_request_is_answered_as_the_page_says(command: Command, served_sample: str, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.fail(NO_CURL, pytrace=False)
    assert SERVICE in command.text, "a request to another address than make run serves on"
    text = command.text.replace(SERVICE, served_sample)
    (tmp_path / ".curlrc").write_text('silent\nshow-error\nwrite-out = "%{stderr}%{http_code} %{content_type}"\n')
    answer = subprocess.run(
        ["bash", "-o", "pipefail", "-c", text],
        cwd=tmp_path,
        env={**os.environ, "CURL_HOME": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert answer.returncode == 0, answer.stderr.decode()
    status, _, kind = answer.stderr.decode().partition(" ")
    promised = re.match(r"(\d{3})\b", command.comment)
    assert int(status) == (int(promised[1]) if promised else 200), answer.stdout.decode()
    if "json" in kind:
        assert json.loads(answer.stdout)
    else:
        written = [path for path in tmp_path.iterdir() if path.name != ".curlrc"]
        assert answer.stdout or (written and all(path.stat().st_size for path in written))


# ---------------------------------------------------------------- the command line


@pytest.fixture(scope="module")
def own_snapshots(sample_data: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample's snapshots with another published before, so that there is a way back."""
    folder = tmp_path_factory.mktemp("documented") / "snapshots"
    shutil.copytree(sample_data["ALENTOURS_SNAPSHOTS"], folder)
    territory = folder / "00"
    now = current_id(territory)
    assert now is not None
    shutil.copytree(territory / now, territory / "former")
    replace(Manifest.read(territory / now), id="former").write(territory / "former" / "manifest.json")
    for snapshot_id in ("former", now):
        publish(territory, snapshot_id)
    return folder


@pytest.mark.parametrize("command", [c for c in of(ALENTOURS) if runs(c)], ids=str)
def test_a_command_of_ours_does_its_work(
    command: Command, sample_data: dict[str, str], own_snapshots: Path, tmp_path: Path
) -> None:
    (tmp_path / ".venv").symlink_to(BIN.parent)
    if command.page == exercise.PAGE:
        exercise.lay(tmp_path, BuildSettings(mirror=tmp_path, raw=Path(sample_data["ALENTOURS_RAW"])))
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command.text],
        cwd=tmp_path,
        env={**sample_data, "ALENTOURS_SNAPSHOTS": str(own_snapshots)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert "Traceback" not in done.stderr


def complaint(words: list[str]) -> str:
    """What the command line says against the words of ``alentours …``; nothing is carried out."""
    command = typer.main.get_command(ingest_cli if words[1] == "build" else cli)
    name, rest = words[0], words[1:]
    while known := getattr(command, "commands", None):
        name, *rest = rest
        if name not in known:
            return f"there is no command {name!r}"
        command = known[name]
    try:
        command.make_context(name, rest)
    except USAGE_ERROR as error:
        return str(error)
    return ""


def test_a_command_of_ours_is_understood() -> None:
    assert [(str(command), said) for command in of(ALENTOURS) if (said := complaint(command.words))] == []


def test_what_is_not_understood_would_be_noticed() -> None:
    for right in ("serve --port 8001", "build 71 --quiet", "snapshots publish 00 an-id"):
        assert complaint(["alentours", *right.split()]) == ""
    for wrong in ("bild 71", "serve --prot 1", "snapshots rollback", "build 71 --mirrors x", "ledger 00 71"):
        assert complaint(["alentours", *wrong.split()]), wrong


# ---------------------------------------------------------------- what is named in sentences


def test_a_program_that_is_named_is_in_the_environment() -> None:
    named = [(page, code.removeprefix("PATH=$PWD/.venv/bin:$PATH ").split()) for page, code in inline_code()]
    for page, words in named:
        if words[0].startswith(".venv/bin/"):
            assert (BIN / words[0].removeprefix(".venv/bin/")).is_file(), f"{page}: {words[0]}"
            for word in words[1:]:
                assert "/" not in word or (ROOT / word).exists(), f"{page}: {word} in {' '.join(words)}"
        if words[0] in {"alentours", ALENTOURS} and len(words) > 1:
            assert complaint(words) == "", f"{page}: {' '.join(words)}"


def test_a_path_that_is_named_is_there() -> None:
    path = re.compile(
        r"(app|geo|ingest|data|docs|scripts|frontend|tests|benchmarks|requirements|clients)(/[\w.*-]+)+/?"
    )
    named = {(page, code) for page, code in inline_code() if path.fullmatch(code) and not code.startswith(GENERATED)}
    assert ("docs/architecture.md", "ingest/catalogue.py") in named
    assert [f"{page}: {code}" for page, code in sorted(named) if not any(ROOT.glob(code.rstrip("/")))] == []


def test_the_snapshot_holds_what_its_picture_shows(sample_data: dict[str, str]) -> None:
    """Every name below ``<id>/`` in the drawing of docs/architecture.md is there, and nothing else."""
    (drawing,) = (fence.text for fence in fences() if fence.page == "docs/architecture.md" and "CURRENT" in fence.text)
    names = {
        name.split("/")[0]
        for line in drawing.split("<id>/\n")[1].splitlines()
        for name in re.split(r"\s{2,}", line.strip())[0].split()
    }
    snapshot = Snapshot.current(Path(sample_data["ALENTOURS_SNAPSHOTS"]), "00").folder
    assert names == {path.name for path in snapshot.iterdir()}


def test_every_setting_of_a_build_has_its_row_and_no_row_is_left_over() -> None:
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `ALENTOURS_(\w+)` \|", operations, re.MULTILINE))
    assert rows == {name.upper() for name in (*BuildSettings.model_fields, *Settings.model_fields)}
