"""The words of a way's legs and steps, in French and in English."""

from __future__ import annotations

from collections.abc import Mapping

from geo.itinerary import Step, Turn
from geo.modes import Mode
from geo.route import LegSort
from geo.street_notes import ExtraSort
from geo.way_titles import Title, WaySort

__all__ = ["LEGS", "WAITS", "WAYS", "Words", "step_words"]

Words = tuple[str, str]
"""French, English."""

LEGS: Mapping[LegSort, Words] = {
    LegSort.START: ("avant de partir", "before setting off"),
    LegSort.OFF_ROAD_START: ("jusqu’à la rue", "to the street"),
    LegSort.STREET: ("par les rues", "along the streets"),
    LegSort.SLOPE: ("montées et descentes", "climbs and descents"),
    LegSort.SIGNALS: ("aux feux", "at traffic lights"),
    LegSort.BARRIER: ("aux barrières", "at gates and barriers"),
    LegSort.TOLL: ("au péage", "at the toll"),
    LegSort.KERB: ("aux bordures", "at kerbs"),
    LegSort.OFF_ROAD_END: ("de la rue à la porte", "from the street to the door"),
    LegSort.END: ("pour se garer", "to park"),
}
WAYS: Mapping[WaySort, Words] = {
    WaySort.ROAD: ("route", "road"),
    WaySort.STREET: ("rue", "street"),
    WaySort.LIVING_STREET: ("zone de rencontre", "living street"),
    WaySort.PEDESTRIAN: ("rue piétonne", "pedestrian street"),
    WaySort.FOOTPATH: ("allée piétonne", "footpath"),
    WaySort.PAVEMENT: ("trottoir", "pavement"),
    WaySort.CROSSING: ("passage piéton", "pedestrian crossing"),
    WaySort.PATH: ("chemin", "path"),
    WaySort.STEPS: ("escalier", "steps"),
    WaySort.CYCLEWAY: ("piste cyclable", "cycle track"),
    WaySort.BRIDLEWAY: ("allée cavalière", "bridleway"),
    WaySort.TRACK: ("chemin agricole ou forestier", "farm or forest track"),
    WaySort.SERVICE: ("voie de desserte", "service road"),
    WaySort.PARKING_AISLE: ("allée de parking", "car park aisle"),
    WaySort.DRIVEWAY: ("allée d’accès", "driveway"),
    WaySort.ALLEY: ("ruelle", "alley"),
    WaySort.ROUNDABOUT: ("rond-point", "roundabout"),
    WaySort.RAMP: ("bretelle", "slip road"),
    WaySort.MOTORWAY: ("autoroute", "motorway"),
    WaySort.CORRIDOR: ("couloir", "corridor"),
    WaySort.PLATFORM: ("quai", "platform"),
}
WAITS: Mapping[ExtraSort, Words] = {
    ExtraSort.SIGNALS: ("Attente aux feux", "Wait at traffic lights"),
    ExtraSort.BARRIER: ("Barrière à franchir", "Barrier to pass"),
    ExtraSort.TOLL: ("Arrêt au péage", "Stop at the toll"),
    ExtraSort.KERB: ("Bordure à franchir", "Kerb to get over"),
}
_TURNS: Mapping[Turn, Words] = {
    Turn.DEPART: ("Départ", "Set off"),
    Turn.STRAIGHT: ("Tout droit", "Straight on"),
    Turn.LEFT: ("À gauche", "Left"),
    Turn.RIGHT: ("À droite", "Right"),
    Turn.BACK: ("Demi-tour", "Turn round"),
}
_ENDS: Mapping[Turn, Words] = {
    Turn.START: ("Avant de partir", "Before setting off"),
    Turn.TO_STREET: ("Jusqu’à la rue", "To the street"),
    Turn.FROM_STREET: ("De la rue à la porte", "From the street to the door"),
    Turn.END: ("Pour se garer", "To park"),
    Turn.ARRIVE: ("Vous êtes à destination", "You have arrived"),
}


def step_words(step: Step, mode: Mode) -> Words:
    """Tell a step in a line: what one does, where, how far, how long, and how."""
    if step.wait is not None:
        french, english = WAITS[step.wait]
    elif step.title is not None:
        french, english = (
            f"{turn} : {called}" if language == 0 else f"{turn}: {called}"
            for language, (turn, called) in enumerate(zip(_TURNS[step.turn], _called(step.title), strict=True))
        )
    else:
        french, english = _ENDS.get(step.turn) or _TURNS[step.turn]
    moves = step.title is not None or step.turn in {Turn.TO_STREET, Turn.FROM_STREET}
    tails = (_tail(step, ",", mode.phrase.fr, moves=moves), _tail(step, ".", mode.phrase.en, moves=moves))
    return french + tails[0], english + tails[1]


def _called(title: Title) -> Words:
    return (title.called, title.called) if title.called else WAYS[title.sort]


def _tail(step: Step, decimal: str, how: str, *, moves: bool) -> str:
    if step.turn is Turn.ARRIVE:
        return ""
    parts = [_far(step.metres, decimal)] if moves else []
    parts.append(_long(step.ds))
    along = f" ({how})" if step.title is not None else ""
    return ", " + ", ".join(parts) + along


def _far(metres: float, decimal: str) -> str:
    if metres < 1000:
        return f"{round(metres, -1) if metres >= 100 else metres:.0f}\u202fm"
    return f"{metres / 1000:.1f}\u202fkm".replace(".", decimal)


def _long(ds: int) -> str:
    minutes, seconds = divmod(round(ds / 10), 60)
    if not minutes:
        return f"{seconds}\u202fs"
    return f"{minutes}\u202fmin" + (f" {seconds}\u202fs" if seconds else "")
