"""The page on rejects, ``docs/rejects.md``, written from the code: ``python -m ingest.reject_page``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.ledger import RejectCode

__all__ = ["EXPLANATIONS", "Explanation", "page"]

_PAGE = Path(__file__).resolve().parents[1] / "docs" / "rejects.md"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a code means to the people who keep a source."""

    french: str
    """What is wrong, in a sentence."""
    example: str
    """Of an invented row: what it holds."""
    remedy: str
    """What its publisher can do."""
    remedy_french: str


EXPLANATIONS: Mapping[RejectCode, Explanation] = {
    RejectCode.RAGGED_ROW: Explanation(
        "La ligne a plus ou moins de cellules que l’en-tête.",
        "a row of 11 cells under 12 headers, since a separator stands unquoted in a name",
        "quote the cells that hold the separator, and write every cell, empty ones too",
        "Mettre entre guillemets les cellules qui contiennent le séparateur, et les écrire toutes, même vides.",
    ),
    RejectCode.NO_KEY: Explanation(
        "L’identifiant du producteur est vide.",
        "an empty `identifiant` beside the name `École des Prés`",
        "give every row an identifier that stays the same from one edition to the next",
        "Donner à chaque ligne un identifiant qui reste le même d’une édition à l’autre.",
    ),
    RejectCode.NO_POSITION: Explanation(
        "La ligne n’a pas de coordonnées, et pas d’adresse dans le territoire.",
        "empty `longitude` and `latitude`, and no street",
        "give coordinates, or the number, street and commune",
        "Donner les coordonnées, ou le numéro, la voie et la commune.",
    ),
    RejectCode.BAD_POSITION: Explanation(
        "Les coordonnées ne sont pas des nombres, ou sortent de leur système.",
        "`46.8 N` as a latitude; a latitude of `95`",
        "write degrees as decimal numbers, and metres in the system that the file names",
        "Écrire les degrés en nombres décimaux, et les mètres dans le système que le fichier annonce.",
    ),
    RejectCode.ZERO_POSITION: Explanation(
        "Les coordonnées sont (0, 0), ou tout près : elles remplacent une valeur inconnue.",
        "`0.0, 0.0`; `0.00046776, 0.00004837`, which were divided once too often",
        "leave both cells empty where the place is unknown",
        "Laisser les deux cellules vides quand le lieu est inconnu.",
    ),
    RejectCode.SWAPPED_POSITION: Explanation(
        "Longitude et latitude sont échangées, et rien d’autre dans la ligne ne le prouve.",
        "longitude `46.7512`, latitude `4.4279`, without a commune",
        "exchange them; a commune or postcode in the row lets them be put right here",
        "Les remettre dans l’ordre ; une commune ou un code postal dans la ligne permet de le faire ici.",
    ),
    RejectCode.OTHER_DEPARTMENT: Explanation(
        "Les coordonnées sont dans un autre département que celui de la commune ou du code postal, "
        "et l’adresse n’est pas connue.",
        "a pharmacy of `22500` that stands in Saône-et-Loire",
        "correct whichever is wrong, coordinates or commune",
        "Corriger ce qui est faux, les coordonnées ou la commune.",
    ),
    RejectCode.OTHER_COMMUNE: Explanation(
        "Les coordonnées sont loin de la commune déclarée, et l’adresse n’est pas connue.",
        "the town hall of `71001` that stands 2 km inside the next commune",
        "correct whichever is wrong, coordinates or commune",
        "Corriger ce qui est faux, les coordonnées ou la commune.",
    ),
    RejectCode.ADDRESS_NOT_FOUND: Explanation(
        "La ligne n’a pas de coordonnées, et son adresse n’est dans aucun fichier d’adresses du territoire.",
        "`12 rue Inconnue 71100 Alpha`",
        "write number and street as the Base Adresse Nationale does, or give coordinates",
        "Écrire le numéro et la voie comme la Base Adresse Nationale, ou donner les coordonnées.",
    ),
    RejectCode.UNMAPPED_CATEGORY: Explanation(
        "Le code de la source ne mène à aucune catégorie.",
        "`nature_uai` = `999`",
        "none: whoever keeps the source's description adds the code to it, with a category or `out_of_scope`",
        "Rien : c’est à la description de la source de donner une catégorie à ce code, ou de l’écarter par son nom.",
    ),
    RejectCode.UNKNOWN_COMMUNE: Explanation(
        "Le code de commune n’est dans aucun code officiel géographique connu, actuel ou ancien, ou sa commune a été "
        "divisée depuis.",
        "`99999`",
        "write the commune's INSEE code as text, with its leading zero; it is not the postcode",
        "Écrire le code INSEE de la commune en texte, avec son zéro initial ; ce n’est pas le code postal.",
    ),
    RejectCode.NO_STREET: Explanation(
        "Un numéro sans le nom de sa voie.",
        "`addr:housenumber` = `12` alone",
        "name the street, or join the number to its street's relation",
        "Nommer la voie, ou rattacher le numéro à la relation de sa voie.",
    ),
    RejectCode.BAD_NUMBER: Explanation(
        "Un nombre attendu n’en est pas un.",
        "`douze` people; the house number `A-12`",
        "write a number, and leave the cell empty where none is known",
        "Écrire un nombre, et laisser la cellule vide quand il n’est pas connu.",
    ),
    RejectCode.BAD_GEOMETRY: Explanation(
        "Le contour n’est pas une surface lisible.",
        "a line where an area is expected",
        "publish a Polygon or MultiPolygon",
        "Publier un Polygon ou un MultiPolygon.",
    ),
    RejectCode.BAD_RANGE: Explanation(
        "Les numéros d’un secteur scolaire ne forment pas une plage.",
        "from `40` to `12`",
        "write the first number before the last, as numbers",
        "Écrire le premier numéro avant le dernier, en chiffres.",
    ),
    RejectCode.UNKNOWN_SERVICE: Explanation(
        "La ligne parle d’un lieu ou d’un trajet qu’aucun autre fichier du producteur ne connaît.",
        "a departure of trip `T9`, or an authorisation of FINESS `710000099`, which no other file has",
        "publish both files from the same day, with the same identifiers",
        "Publier les deux fichiers du même jour, avec les mêmes identifiants.",
    ),
}

_HEAD = """\
# Rejects

Written by `python -m ingest.reject_page` from the code. A row that is read and becomes no record is a *reject*: it \
keeps its code, file, line and the value that was refused (never a person's name). Rejects are counted in each \
source's ledger, where kept + merged + out of scope + rejected = read.

*Une ligne lue qui ne donne rien est un rejet : le registre de la source en garde le code, le fichier, la ligne et \
la valeur refusée.*

```sh
.venv/bin/alentours ledger 00
```
"""

_RULES = """\
## What is judged first

A filter that the source declares; the key; the code; the place. A row whose code is out of scope is out of scope \
wherever it stands. One whose code nobody has mapped is `unmapped_category` even without a usable place, so that the \
count of a code is whole; but not where the row is known to be beyond the halo, by its coordinates, or for want of \
usable ones by its commune or postcode: a territory counts its own rows of a national file, not the country's.

## How a place is settled

In this order:

1. **Coordinates are read**: French or English decimals, in the row's own system. They are absent, no numbers, (0, \
0), exchanged, or usable.
2. **Exchanged** ones are put right where the row's commune (or a postcode of the commune that they then lie in) \
proves it; elsewhere the row is `swapped_position`.
3. **What the row declares** is read: its commune by INSEE code (lost zeros put back, former communes led to \
today's, arrondissements to their city), else by postcode and town together. A postcode alone tells the département, \
no more. A code means what it meant on the day that its file stands for, and is led forward from there by INSEE's list \
of changes (`cog_mouvements`). One of a commune that was divided since says nothing: coordinates alone tell in which \
part the place stands, and a row without them looks by postcode and town. Where nobody gives that list (a mirror may \
lack it), every code has its latest meaning. That is wrong where a code means another ground today: rows from before a \
division go to the part that kept the code, rows from before a code moved to another commune go to that commune.
4. **They are compared.** Within the declared commune, or up to 1 km outside its contour (contours are simplified, and \
places stand on borders), coordinates stand and the commune is the declared one. Farther off one of the two is wrong, \
unless the source allows more by `beside_commune_m` (a stop or a filling station that bears the next town's name): \
then the commune is the one that coordinates lie in. A row that declares no commune with a contour is compared by \
département: 3 km across its border coordinates still stand, since post may come from there. One that declares a \
postcode of the halo alone and stands beyond it, more than 30 km from every commune of that postcode, is \
`other_commune`.
5. **The address decides** where coordinates are missing, unusable or contradicted: an exact match among the \
territory's own addresses, by house number (`housenumber`) or else by street (`street`: the house in its middle), in \
a commune that leaves no doubt. What is not certain is not found. Licences never mix: an address under ODbL places \
only rows under ODbL.
6. **Otherwise** the row is a reject, unless it says that it is beyond the halo (by commune or postcode) and has no \
usable coordinates: then it is out of scope. A postcode says so when a commune of elsewhere has it; one that no \
commune has (CEDEX, a slip) says nothing in a département that has communes here, and elsewhere what its first digits \
say.

A position within 30 m of its commune's centre, or shared by five rows of other addresses (other names, where a \
source has no addresses), is kept and marked `locality`, unless its publisher says how precise it is.
"""


def page() -> str:
    """Return the page as Markdown."""
    codes = [_section(code, EXPLANATIONS[code]) for code in RejectCode]
    return "\n".join([_HEAD, "## Codes\n", *codes, _RULES])


def _section(code: RejectCode, told: Explanation) -> str:
    return (
        f"### `{code}`\n\n"
        f"{_sentence(code.reason)} *{told.french}*\n\n"
        f"- Example: {told.example}.\n"
        f"- What the publisher can do: {told.remedy}. *{told.remedy_french}*\n"
    )


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


if __name__ == "__main__":
    _PAGE.write_text(page(), encoding="utf-8")
