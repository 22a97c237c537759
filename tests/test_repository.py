"""Rules of the repository that no linter knows."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = tuple(f"requirements/{name}.lock" for name in ("run", "dev", "uv", "bench", "valhalla"))
SCRIPTS = (
    ".ci/run",
    *(f"scripts/{name}" for name in ("setup", "run", "test", "lock", "install-requisites", "bench-environment")),
)
MAX_LINES = 400
MAX_BYTES = 300_000
GENERATED = {".git", ".venv", ".make", "node_modules", "dist", "__pycache__", "raw", "store", "snapshots"}

FOREIGN = {
    # Written so that they do not find themselves here.
    "a package registry": re.compile(r"python[h]osted|\bpypi\.[op]|registry\.[ny]|\bdeb\.[d]ebian"),
    "a path of one machine": re.compile(r"(?<![\w.:/])/(work|home|root|Users)/\w"),
    "something outside the clone": re.compile(r"shared/(design|prototypes|checks)"),
    "work left undone": re.compile(r"\b(TO[D]O|FIX[M]E|XX[X])\b"),
}


@cache
def files() -> tuple[Path, ...]:
    """All files that are, or would be, committed; in an unpacked archive, all that were not generated."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not GENERATED.intersection(path.relative_to(ROOT).parts)]
    return tuple(path for path in found if path.is_file())


def texts() -> list[tuple[Path, str]]:
    """All files that are text; a counter-example may be in another encoding than UTF-8."""
    found = []
    for path in files():
        content = path.read_bytes()
        if b"\0" not in content:
            found.append((path.relative_to(ROOT), content.decode("utf-8", errors="replace")))
    return found


def documents() -> list[tuple[Path, str]]:
    """All pages of documentation."""
    return [(path, text) for path, text in texts() if path.suffix == ".md"]


@pytest.mark.parametrize("kind", FOREIGN)
def test_no_file_names(kind: str) -> None:
    found = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if FOREIGN[kind].search(line)
    ]
    assert found == []


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    long = {
        str(path): lines
        for path, text in texts()
        if path.suffix in {".py", ".ts", ".svelte", ".css"} and (lines := text.count("\n")) > MAX_LINES
    }
    assert long == {}


def test_no_data_is_committed() -> None:
    named_large = {ROOT / name for name in (*LOCKS, "frontend/package-lock.json")}
    large = {
        str(path.relative_to(ROOT)): size
        for path in files()
        if path not in named_large and (size := path.stat().st_size) > MAX_BYTES
    }
    assert large == {}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_package_by_its_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index-url" not in text
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    packages = re.split(r"\n(?=[a-z0-9])", lines)
    assert packages
    for package in packages:
        first = package.splitlines()[0]
        assert re.match(r"[a-z0-9._-]+==\S+( ;.+)? \\$", first), first
        assert "--hash=sha256:" in package, first


def test_what_runs_is_tested_in_the_same_versions() -> None:
    run, dev = (
        set(re.findall(r"^[a-z0-9._-]+==[^\\\n]+", (ROOT / lock).read_text(), re.MULTILINE)) for lock in LOCKS[:2]
    )
    assert run
    assert run - dev == set()


def test_the_front_end_lock_names_no_address() -> None:
    text = (ROOT / "frontend" / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert text.count('"integrity"') > 10


def test_scripts_can_be_run_and_read_by_bash() -> None:
    for name in SCRIPTS:
        path = ROOT / name
        assert path.stat().st_mode & 0o111, f"{name} is not executable"
        assert path.read_text().startswith("#!/usr/bin/env bash\n")
        checked = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr


def targets() -> set[str]:
    """The targets of the Makefile."""
    return set(re.findall(r"^([a-z-]+):(?!=)", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_every_make_target_that_is_named_exists() -> None:
    assert {"run", "build", "test", "bench", "soak", "postgis", "lock", "clean"} <= targets()
    named = {
        (str(path), target)
        for path, text in [*documents(), *((path, text) for path, text in texts() if path.suffix in {".py", ".toml"})]
        for target in re.findall(r"(?:`|^)(?:UPGRADE=1 )?make ([a-z-]+)", text, re.MULTILINE)
    }
    assert {target for _, target in named} >= {"run", "test", "postgis", "lock"}
    assert [(path, target) for path, target in sorted(named) if target not in targets()] == []


def test_every_target_says_what_it_does_and_is_documented() -> None:
    makefile = (ROOT / "Makefile").read_text()
    operations = (ROOT / "docs" / "operations.md").read_text()
    phony = set(re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE).group(1).split())
    assert phony == targets()
    for target in targets() - {"help", "setup"}:
        assert re.search(rf"^{target}:.*## \w", makefile, re.MULTILINE), target
        assert f"`make {target}`" in operations, f"docs/operations.md does not name make {target}"


def test_decisions_are_numbered_without_a_gap() -> None:
    pages = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert pages
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for number, page in enumerate(pages, 1):
        assert re.fullmatch(r"\d{4}(-[a-z0-9]+)+\.md", page.name)
        assert page.read_text().startswith(f"# {number}. "), f"{page.name} begins with another number"


def anchor(heading: str) -> str:
    """Return the anchor that a heading gets."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def test_every_link_of_the_documentation_leads_somewhere() -> None:
    broken = []
    for page, text in documents():
        for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
            if "://" in link or link.startswith("mailto:"):
                continue
            name, _, fragment = link.partition("#")
            target = (ROOT / page.parent / name).resolve() if name else ROOT / page
            if not target.exists():
                broken.append(f"{page}: {link}")
            elif fragment and target.suffix == ".md":
                anchors = {anchor(heading) for heading in re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)}
                if fragment not in anchors:
                    broken.append(f"{page}: {link}")
    assert broken == []


def test_the_change_log_is_newest_first() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "Unreleased"
    dates = [re.fullmatch(r"\[?\d+\.\d+\.\d+\]? [-–] (\d{4}-\d\d-\d\d)", heading).group(1) for heading in headings[1:]]
    assert all(newer >= older for newer, older in pairwise(dates))
