"""The shapes of the answers, for ``/docs`` and for the tests.

No answer passes through these models: it is built as plain values (``answers``) and written by orjson, six times
faster. The tests hold every kind of answer against its model here, so that what is documented is what is sent.
"""

from __future__ import annotations

from app.schemas.coverage import CoverageAnswer
from app.schemas.meta import CategoryRow, FindingRow, Health, LedgerRow, ProfileRow, RejectPage, SnapshotAnswer
from app.schemas.places import CommuneCollection, GeocodeCollection, ServiceCollection
from app.schemas.problems import Problem
from app.schemas.scores import ProblemRow, ScoreAnswer, ScoreRow, ScoresAnswer, ScoresQuestion
from app.schemas.travel import IsochroneAnswer, RouteAnswer, TravelTimesAnswer, TravelTimesQuestion

__all__ = [
    "CategoryRow",
    "CommuneCollection",
    "CoverageAnswer",
    "FindingRow",
    "GeocodeCollection",
    "Health",
    "IsochroneAnswer",
    "LedgerRow",
    "Problem",
    "ProblemRow",
    "ProfileRow",
    "RejectPage",
    "RouteAnswer",
    "ScoreAnswer",
    "ScoreRow",
    "ScoresAnswer",
    "ScoresQuestion",
    "ServiceCollection",
    "SnapshotAnswer",
    "TravelTimesAnswer",
    "TravelTimesQuestion",
]
