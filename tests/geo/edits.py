"""Random edits of a network and its services, each done twice: as a what-if, and by building everything anew."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from geo import whatif
from geo.fields import AccessField
from geo.hierarchy import Hierarchy
from geo.modes import Mode
from geo.network import StreetNetwork
from geo.seeds import Streets
from geo.snapping import Snap
from geo.travel import Stops
from tests.geo.shapes import places, points_of

__all__ = ["EDITS", "Ground", "differences"]

EDITS = ("opened", "closed", "moved", "with_category", "streets_closed", "at_pace")


def _taken(snap: Snap, rows) -> Snap:
    return Snap(*(getattr(snap, column.name)[rows] for column in fields(Snap)))


def _chained(*snaps: Snap) -> Snap:
    return Snap(*(np.concatenate([getattr(s, column.name) for s in snaps]) for column in fields(Snap)))


@dataclass
class Ground:
    """A field and all that it was built from."""

    network: StreetNetwork
    mode: Mode
    services: list[Snap]
    ks: list[int]
    edge_seeds: np.ndarray

    def __post_init__(self) -> None:
        self.services = [_chained(places(), _taken(snap, slice(None))) for snap in self.services]
        self.hierarchy = Hierarchy.build(self.network)
        self.field = self.anew(self.network, self.hierarchy, self.services)

    def anew(self, network, hierarchy, services, ks=None, mode=None) -> AccessField:
        names = [f"test.{number}" for number in range(len(services))]
        return AccessField.build(
            network, hierarchy, mode or self.mode, points_of(services), names, ks or self.ks, self.edge_seeds
        )

    def edited(self, edit: str, rng: np.random.Generator) -> tuple[AccessField, AccessField]:
        """The what-if, and the field built anew."""
        category = int(rng.integers(len(self.services)))
        name, own, others = f"test.{category}", self.services[category], list(self.services)
        if edit == "streets_closed":
            shut = rng.choice(self.network.edges, min(self.network.edges, int(rng.integers(1, 4))), replace=False)
            network, hierarchy = whatif.streets_closed(self.network, self.hierarchy, shut.astype(np.int32))
            return self.field.on(network, hierarchy), self.anew(network, Hierarchy.build(network), self.services)
        if edit == "at_pace":
            pace = float(rng.uniform(0.4, 2.5))
            network, _ = whatif.streets_at_pace(self.network, self.hierarchy, pace)
            mode = replace(self.mode, off_road_m_per_s=self.mode.off_road_m_per_s * pace)
            points = points_of(self.services)
            found = whatif.at_pace(self.field, self.network, self.hierarchy, self.mode, points, pace)
            return found, self.anew(network, Hierarchy.build(network), self.services, mode=mode)
        new = self._anywhere(int(rng.integers(1, 4)), rng)
        stops = Stops.of(new, self.mode)
        if edit == "with_category":
            k = int(rng.choice([1, 3, 5]))
            found = whatif.with_category(self.field, self.hierarchy, f"test.{len(others)}", k, stops)
            return found, self.anew(self.network, self.hierarchy, [*others, new], [*self.ks, k])
        if edit == "opened" or not len(own.edge):
            found = whatif.opened(self.field, self.hierarchy, name, len(own.edge), stops)
            others[category] = _chained(own, new)
        elif edit == "closed":
            gone = rng.choice(len(own.edge), int(rng.integers(1, min(len(own.edge), 3) + 1)), replace=False)
            found = whatif.closed(self.field, self.hierarchy, name, gone.tolist())
            others[category] = _taken(own, np.setdiff1d(np.arange(len(own.edge)), gone))
        else:
            row = int(rng.integers(len(own.edge)))
            found = whatif.moved(self.field, self.hierarchy, name, row, stops.only(0))
            others[category] = _chained(_taken(own, slice(row)), _taken(new, [0]), _taken(own, slice(row + 1, None)))
        return found, self.anew(self.network, self.hierarchy, others)

    def _anywhere(self, count: int, rng: np.random.Generator) -> Snap:
        share = np.where(rng.random(count) < 0.3, rng.integers(0, 2, count), rng.random(count))
        rows = zip(rng.integers(-1, self.network.edges, count), share, rng.uniform(0, 60, count), strict=True)
        return places(*((int(edge), float(where), float(off)) for edge, where, off in rows))


def differences(found: AccessField, anew: AccessField) -> list[str]:
    """The parts of two fields that are not the same bits."""
    differ = [
        name
        for name in ("mode", "categories", "ks", "cutoff_s", "fixed_s")
        if getattr(found, name) != getattr(anew, name)
    ]
    differ += [f"k{k}" for k in (1, 3, 5) if not _same(found.records[k], anew.records[k])]
    differ += [
        name
        for name in found.services._fields
        if not _same(getattr(found.services, name), getattr(anew.services, name))
    ]
    own = [column.name for column in fields(Streets) if column.name != "splits"]
    differ += [name for name in own if not _same(getattr(found.streets, name), getattr(anew.streets, name))]
    return differ + ([] if _same(found.edge_ds, anew.edge_ds) else ["edge_ds"])


def _same(a, b) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
