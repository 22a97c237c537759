"""The book of names: no two places of one kind in one village are called the same, and no two families share a sign."""

from __future__ import annotations

import numpy as np

from ingest.sample.communes import Village
from ingest.sample.kinds import Kind
from ingest.sample.street_names import of_place

__all__ = ["Namebook"]

_SURNAMES = (
    "Abadie", "Ancelin", "Aubriot", "Baillargeau", "Barbotin", "Bazelaire", "Berthommier", "Bidault", "Blanchet",
    "Boisselier", "Bonnefoy", "Bouchardon", "Bourguet", "Brissaud", "Cadiou", "Cazenave", "Chabrolin", "Champeaux",
    "Charpentreau", "Chauvelot", "Clavière", "Coquelet", "Courtemanche", "Crespin", "Dabancourt", "Daguin",
    "Deschamps", "Desnoyers", "Doucet", "Dubreuil", "Dufresnoy", "Dutertre", "Écorchard", "Estrade", "Fauconnet",
    "Ferrandon", "Fillion", "Fontanel", "Fourcaud", "Frémont", "Gallimard", "Garancher", "Gaudichon", "Gersende",
    "Giraudeau", "Godefroy", "Grandjouan", "Grenouillat", "Guillermin", "Hardouin", "Hennequin", "Herbelin",
    "Houdebert", "Huguenin", "Imbault", "Jacquemard", "Jarrige", "Jolivet", "Joubert", "Kerdavid", "Labruyère",
    "Lacombe", "Lagrange", "Lamoureux", "Landrieux", "Laperrière", "Lebrun", "Lecointre", "Ledoux", "Legendre",
    "Lemarchand", "Lescure", "Loiseau", "Maillochon", "Malaval", "Marchandot", "Marigny", "Massicot", "Mauduit",
    "Ménétrier", "Mercadier", "Mignot", "Montagnon", "Morvan", "Nadaud", "Navarin", "Oudinot", "Pacaud",
    "Parmentier", "Pasquier", "Pelletier", "Perdriel", "Pichonneau", "Poissonnier", "Pontoizeau", "Prudhomme",
    "Quentin", "Rabouin", "Rambourg", "Renaudot", "Ribereau", "Rigaudeau", "Rochereau", "Roussillon", "Sabourin",
    "Sauvageot", "Sénéchal", "Sorbier", "Taillandier", "Tarvenu", "Tessier", "Thévenin", "Tournadre", "Tricoire",
    "Vachon", "Valadier", "Vauquelin", "Verdier", "Vigouroux", "Yvonnet",
)  # fmt: skip
_PATRONS = (
    "Jules Ferry", "Jacques Prévert", "Marie Curie", "Jean Moulin", "Victor Hugo", "Simone Veil", "Louise Michel",
    "Antoine de Saint-Exupéry", "Jean Jaurès", "Joséphine Baker", "Georges Brassens", "Lucie Aubrac", "Émile Zola",
    "Colette", "Paul Éluard", "Rosa Bonheur", "Marcel Pagnol", "Aimé Césaire", "Olympe de Gouges",
    "Jean de La Fontaine", "Germaine Tillion", "Pierre Mendès France", "Berthe Morisot", "Jules Verne",
    "Camille Claudel", "Louis Pasteur", "Anita Conti", "Éric Tabarly", "Alain Colas", "Jeanne Barret",
    "Nadia Boulanger", "Gustave Eiffel",
)  # fmt: skip
_WORDS = (
    "du Centre", "de la Place", "des Halles", "du Beffroi", "du Pont", "des Remparts", "du Port", "de la Gare",
    "de l’Aubrelle", "du Lavoir", "des Tilleuls", "du Moulin", "de la Fontaine", "du Large", "des Dunes",
    "de la Tour", "du Ponant", "des Quatre Vents", "du Coin", "de l’Horloge", "du Parc", "des Lilas", "de la Source",
    "du Bac", "de la Grève", "du Vieux Port", "des Marronniers", "de l’Écluse", "du Phare", "des Arcades",
    "de la Halle", "du Mail", "de la Passerelle", "des Mouettes", "du Théâtre", "des Jardins", "du Chêne",
    "de l’Étoile",
)  # fmt: skip
_SAINTS = ("Martin", "Elvin", "Nicolas", "Pierre", "Jean", "Aubrien", "Sulpice", "Orbain", "Étienne", "Ménulphe")


class Namebook:
    """Draws names, each once where that matters.

    Parameters
    ----------
    rng
        Draws the order of every list.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._lists: dict[str, list[str]] = {}
        self._given: set[tuple[str, str]] = set()

    def name(self, kind: Kind, village: Village) -> str:
        """Return the next name of a kind of place in a village; empty where such places bear none."""
        if not kind.names:
            return ""
        for attempt in range(60):
            pattern = kind.names[int(self._rng.integers(len(kind.names)))]
            text = self._filled(pattern, kind, village)
            if attempt == 59:
                text = f"{text} {attempt}"
            place = village.name if kind.size_m is None or "{" not in pattern else ""
            if (f"{kind.category} {place}", text) not in self._given:
                self._given.add((f"{kind.category} {place}", text))
                return text
        return kind.names[0]

    def _filled(self, pattern: str, kind: Kind, village: Village) -> str:
        text = pattern.replace("{of_place}", of_place(village.name))
        for slot, source in (("{surname}", _SURNAMES), ("{patron}", _PATRONS), ("{word}", _WORDS)):
            if slot in text:
                saint = kind.id == "church"
                key = (
                    f"{slot} {kind.category or kind.id}" if slot != "{surname}" or not kind.file else f"{slot} official"
                )
                text = text.replace(slot, self._next(key, _SAINTS if saint else source))
        return text

    def _next(self, key: str, source: tuple[str, ...]) -> str:
        waiting = self._lists.setdefault(key, [])
        if not waiting:
            waiting.extend(source[i] for i in self._rng.permutation(len(source)))
        return waiting.pop()
