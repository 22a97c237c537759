"""The command line: what it shows, what it refuses in one sentence, and its exit codes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app import cli
from geo.errors import GateRefused
from tests.app.conftest import Client
from tests.app.town import CODE, Town

ADDRESS = "3 rue du maréchal foch"


@pytest.fixture
def run(own_town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Carry out a command over a town of one's own; gives exit code, standard output, standard error."""
    monkeypatch.setenv("ALENTOURS_SNAPSHOTS", str(own_town.root))

    def running(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.run(list(arguments))
        said = capsys.readouterr()
        return code, said.out, said.err

    return running


def test_score_shows_its_parts(run) -> None:
    code, out, err = run("score", ADDRESS)
    assert (code, err) == (0, "")
    assert "3 Rue du Maréchal Foch 00100 Maillebourg" in out
    assert re.search(r"Pharmacy\s+│\s+3\.5", out)
    assert "none within cutoff" in out
    assert "not covered" in out
    assert "OpenStreetMap" in out


def test_names_are_text_and_not_markup(run) -> None:
    _, out, _ = run("ledger")
    assert "Registre" not in out
    code, out, _ = run("score", ADDRESS, "--mode", "car")
    assert code == 0
    assert "car" in out.splitlines()[0]


def test_score_as_json_is_the_api_s_answer(run, client: Client) -> None:
    code, out, _ = run("score", ADDRESS, "--json", "--profile", "senior")
    assert code == 0
    assert json.loads(out) == client.get("/api/v1/score", address=ADDRESS, profile="senior").json()


def test_score_by_coordinates(run, town: Town) -> None:
    lon, lat = town.lonlat(2.2, 1)
    code, out, _ = run("score", "--lon", f"{lon}", "--lat", f"{lat}", "--json")
    assert code == 0
    assert json.loads(out)["place"]["label"] == "Maillebourg"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["score"], 1, "no place is given"),
        (["score", "zzxqv 99"], 1, "no address"),
        (["score", "2 rue de la Gare"], 1, "choose one"),
        (["score", ADDRESS, "--mode", "teleport"], 1, "one of walk, car"),
        (["score", ADDRESS, "--profile", "nobody"], 1, "famille"),
        (["score", "--lon", "999", "--lat", "0"], 1, "outside WGS 84"),
        (["score", "--lon", "0", "--lat", "0"], 1, "no loaded street"),
        (["score", "--lon", "here"], 2, "--lon"),
        (["score", ADDRESS, "--territory", "71"], 1, "alentours build 71"),
        (["score", ADDRESS, "--territory", "../x"], 1, "ALENTOURS_TERRITORY"),
        (["ledger", "71"], 1, "alentours build 71"),
        (["serve", "--territory", "71"], 1, "alentours build 71"),
        (["serve", "--port", "99999"], 1, "ALENTOURS_PORT"),
        (["snapshots", "list", "71"], 1, "no snapshot"),
        (["snapshots", "publish", CODE, "three"], 1, "no snapshot"),
        (["snapshots", "publish", CODE, "../one"], 1, "not a snapshot's id"),
        (["snapshots", "rollback", CODE], 1, "no earlier"),
        (["build", CODE, "--accept", "laposte"], 2, "names no finding"),
        (["build", CODE, "--accept", "shrunk:laposte"], 2, "--because"),
        (["fly"], 2, "fly"),
        (["score", "--dragons"], 2, "--dragons"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(run, arguments: list[str], code: int, says: str) -> None:
    got, _, err = run(*arguments)
    assert got == code
    assert says in err
    assert "Traceback" not in err
    if code == 1:
        assert err.strip().splitlines()[-1].startswith("alentours: ")


def test_candidates_are_shown(run) -> None:
    _, _, err = run("score", "2 rue de la Gare")
    assert "Rue de la Gare 00100 Maillebourg" in err
    assert "Rue de la Gare 00200 Carreville" in err


def test_ledger_accounts_for_every_row(run) -> None:
    code, out, _ = run("ledger", CODE)
    assert code == 0
    assert re.search(r"registre\s+│\s+145 │\s+136 │\s+2 │\s+4 │\s+3 │ no_position 2, unmapped_category 1", out)


def test_snapshots_are_listed_published_and_taken_back(run, own_town: Town) -> None:
    def serving() -> str:
        _, out, _ = run("snapshots", "list", CODE)
        (line,) = (line for line in out.splitlines() if "serves" in line)
        return line.split("│")[2].strip()

    assert serving() == "one"
    assert run("snapshots", "publish", CODE, "two")[:2] == (0, "two serves 00 now\n")
    assert serving() == "two"
    assert run("snapshots", "rollback", CODE)[:2] == (0, "one serves 00 again\n")
    assert serving() == "one"


def test_what_the_gates_said_is_shown(run, own_town: Town) -> None:
    path = own_town.root / CODE / "one" / "run.json"
    findings = [
        {"check": "age", "subject": "registre", "outcome": "warn", "text": "registre: of 2019"},
        {"check": "rows", "subject": "registre", "outcome": "pass", "text": "registre: 145 rows"},
        {"check": "shrunk", "subject": "carte", "outcome": "fail", "text": "carte: 3 rows"},
    ]
    overrides = [{"name": "shrunk:carte", "reason": "three are left", "at": "2026-11-24T08:00:00Z"}]
    path.write_text(json.dumps({**json.loads(path.read_text()), "findings": findings, "overrides": overrides}))
    _, out, _ = run("snapshots", "list", CODE)
    (line,) = (line for line in out.splitlines() if "serves" in line)
    assert [cell.strip() for cell in line.split("│")][8:10] == ["1", "shrunk:carte"]
    _, out, _ = run("snapshots", "list", CODE, "--findings")
    assert "one warn: registre: of 2019 [age:registre]" in out
    assert "one accepted shrunk:carte: three are left" in out
    assert "145 rows" not in out
    _, out, _ = run("ledger", CODE)
    assert "shrunk:carte: three are left" in out


def test_old_snapshots_are_removed(run, own_town: Town) -> None:
    assert run("snapshots", "prune", CODE, "--keep", "0")[:2] == (0, "removed: two\n")
    assert run("snapshots", "prune", CODE)[:2] == (0, "removed: none\n")


def test_a_damaged_snapshot_is_named(run, own_town: Town) -> None:
    (own_town.root / CODE / "one" / "services.arrow").unlink()
    code, _, err = run("score", ADDRESS)
    assert code == 1
    assert "services.arrow" in err


def test_report_needs_the_built_pages(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALENTOURS_FRONTEND", str(tmp_path))
    code, _, err = run("report", ADDRESS, "-o", str(tmp_path / "r.html"))
    assert code == 1
    assert "make run" in err
    assert not (tmp_path / "r.html").exists()


def test_a_folder_that_may_not_be_written_is_said(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = tmp_path / "built"
    (built / "report").mkdir(parents=True)
    for name in ("leaflet.js", "leaflet.css"):
        (built / "report" / name).write_text("")
    monkeypatch.setenv("ALENTOURS_FRONTEND", str(built))
    code, _, err = run("report", ADDRESS, "-o", str(tmp_path / "nowhere" / "r.html"))
    assert code == 1
    assert "nowhere" in err


def test_a_refused_gate_has_its_own_code(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refusing(*_: object, **__: object) -> None:
        raise GateRefused(["0 collèges where 63 were expected"])

    monkeypatch.setattr(cli, "cli", refusing)
    assert cli.run(["build", CODE]) == 3
    assert "0 collèges" in capsys.readouterr().err


def test_build_is_mounted() -> None:
    assert {command.callback.__name__ for command in cli.cli.registered_commands if command.callback} >= {
        "build",
        "serve",
        "score",
        "report",
        "ledger",
    }


def test_serving_imports_nothing_that_only_a_build_or_a_report_needs() -> None:
    heavy = ["pandas", "geopandas", "sqlalchemy", "osmium", "folium", "pyogrio"]
    code = f"import sys, app.cli, app.server; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_is_installed(own_town: Town) -> None:
    command = Path(sys.executable).with_name("alentours")
    done = subprocess.run([command, "--help"], capture_output=True, text=True, check=True)
    for name in ("build", "serve", "score", "report", "ledger", "snapshots"):
        assert name in done.stdout
