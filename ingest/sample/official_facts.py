"""What INSEE and the DGCL would say of the communes beside the COG: class of density, intercommunalité."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingest.sample.communes import Commune
from ingest.sample.sheets import FAR
from ingest.sample.truth import Fate

__all__ = ["write_density", "write_intercommunal"]

_LABELS = {
    2: "Centres urbains intermédiaires",
    3: "Petites villes",
    5: "Bourgs ruraux",
    6: "Rural à habitat dispersé",
    7: "Rural à habitat très dispersé",
}
_FEWEST_PEOPLE = {2: 10_000, 3: 4_000, 5: 1_200, 6: 300, 7: 0}
_TITLES = ("Grille communale de densité à sept niveaux", "", "Données inventées", "")
_GROUPS = 3


def write_density(path: Path, communes: Sequence[Commune]) -> list[Fate]:
    """Write the classes of density, as INSEE's sheet lays them out: four lines of titles, then the table."""
    lines = [*_TITLES, "CODGEO;LIBGEO;DENS;LIBDENS;PMUN23"]
    fates: list[Fate] = []
    for commune in communes:
        level = density(commune.people)
        lines.append(f"{commune.insee};{commune.name};{level};{_LABELS[level]};{commune.people}")
        fates.append(Fate("kept", (), commune.department == "00"))
    lines += ["98001;Villelointaine-1;7;Rural à habitat très dispersé;90", "00998;Commune oubliée;5;Bourgs ruraux;400"]
    lines += [";Total du département;;;31000", f"{communes[0].insee};{communes[0].name};dense;;"]
    fates += [FAR, Fate("unknown_commune"), Fate("no_key"), Fate("bad_number")]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return fates


def write_intercommunal(path: Path, communes: Sequence[Commune]) -> list[Fate]:
    """Write which communes belong together: neighbours from west to east, each group named after its largest."""
    lines = ["siren;raison_sociale;nature_juridique;insee;nom_membre"]
    fates: list[Fate] = []
    own = sorted(
        (c for c in communes if c.department == "00"), key=lambda c: (c.villages[0].contour.centroid.x, c.insee)
    )
    groups = [own[len(own) * at // _GROUPS : len(own) * (at + 1) // _GROUPS] for at in range(_GROUPS)]
    groups.append([commune for commune in communes if commune.department != "00"])
    for number, members in enumerate(groups, start=1):
        largest = max(members, key=lambda c: (c.people, c.insee))
        for commune in members:
            name = f"CC {largest.name} et environs"
            lines.append(f"{999_000_000 + number};{name};CC;{commune.insee};{commune.name}")
            fates.append(Fate("kept", (), commune.department == "00"))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return fates


def density(people: int) -> int:
    """Return the class that a commune of so many people has here; INSEE looks at where they live, too."""
    return next(level for level, fewest in _FEWEST_PEOPLE.items() if people >= fewest)
