"""A département of 512 communes and more than 290,000 addresses, drawn from a seed.

Its street names are of three sorts, as in real bases: persons and things, which every commune has; saints and older
places; and names of fields and farms that stand nowhere else (three in ten), so that the vocabulary is rich in words
that differ by a letter or two.
"""

# ruff: noqa: SIM905
from __future__ import annotations

import random
from collections.abc import Iterator

from geo.places import Address, Commune, Position

__all__ = ["ADDRESSES", "draw_departement"]

ADDRESSES = 290_000
_COMMUNES = 512
_DEPARTMENT = "38"
_KINDS = {
    "Rue": 46, "Chemin": 16, "Impasse": 10, "Allée": 7, "Route": 7, "Avenue": 6, "Place": 4, "Boulevard": 2,
    "Montée": 1.5, "Lotissement": 1.5, "Square": 1, "Passage": 1, "Quai": 0.5, "Cours": 0.5,
}  # fmt: skip
_PERSONS = (
    "Victor Hugo|Jean Jaurès|Jean Moulin|du Général de Gaulle|du Maréchal Foch|du Maréchal Leclerc|Émile Zola|"
    "Louis Pasteur|Marie Curie|Pierre Curie|Anatole France|Jules Ferry|Léon Blum|Gabriel Péri|Paul Éluard|"
    "Louis Aragon|Stendhal|Hector Berlioz|Claude Debussy|Maurice Ravel|Frédéric Chopin|Honoré de Balzac|"
    "Gustave Flaubert|Guy de Maupassant|Arthur Rimbaud|Charles Baudelaire|Paul Verlaine|Jacques Prévert|Albert Camus|"
    "Antoine de Saint-Exupéry|Jean Mermoz|Hélène Boucher|Louis Blériot|Gustave Eiffel|Aristide Briand|"
    "Georges Clemenceau|Raymond Poincaré|Pierre Mendès France|Simone Veil|Olympe de Gouges|Louise Michel|George Sand|"
    "Colette|Édith Piaf|Georges Brassens|Jacques Brel|Nelson Mandela|Martin Luther King|Pablo Picasso|Paul Cézanne|"
    "Claude Monet|Auguste Renoir|Auguste Rodin|Camille Claudel|Gambetta|Thiers|La Fayette|Mirabeau|Danton|Voltaire|"
    "Jean-Jacques Rousseau|Diderot|Descartes|Blaise Pascal|Molière|Racine|Corneille|La Fontaine|Ronsard|Rabelais|"
    "Vauban|Colbert|Turenne|Jeanne d’Arc|Hoche|Kléber|Marceau|Sadi Carnot|Ampère|Lavoisier|Arago|Denis Papin|"
    "Marcel Pagnol|Jean Giono|Frédéric Mistral|Alphonse Daudet|Romain Rolland|Guy Môquet|Lucie Aubrac|"
    "de l’Abbé Pierre|du Docteur Calmette|du Docteur Schweitzer|du Commandant Charcot|du Colonel Fabien|"
    "du Président Wilson|du Professeur Langevin|du Capitaine Dreyfus"
).split("|")
_THINGS = (
    "du Stade|de la Gare|de l’Église|de la Mairie|des Écoles|de la République|de la Liberté|de la Résistance|"
    "du 8 Mai 1945|du 11 Novembre 1918|du 19 Mars 1962|des Alpes|des Lilas|des Acacias|des Marronniers|des Tilleuls|"
    "des Platanes|des Cerisiers|des Noyers|des Peupliers|des Bouleaux|des Châtaigniers|des Chênes|des Sapins|"
    "des Mésanges|des Hirondelles|des Rossignols|des Alouettes|du Moulin|du Lavoir|de la Fontaine|du Four|du Pressoir|"
    "de la Forge|du Château|de la Tour|du Prieuré|du Couvent|de la Chapelle|de la Croix|du Calvaire|du Cimetière|"
    "des Vignes|des Prés|du Pré Fleuri|des Champs|de la Plaine|du Plateau|de la Combe|du Ruisseau|du Torrent|"
    "de la Cascade|du Lac|de l’Étang|des Marais|du Bois|de la Forêt|des Bruyères|des Genêts|du Soleil Levant|du Midi|"
    "du Nord|des Granges|de la Ferme|du Hameau|du Village|du Bourg|du Marché|des Halles|du Commerce|de l’Industrie|"
    "des Artisans|de la Verrerie|des Papeteries|de la Soie|des Tisserands|du Barrage|de la Centrale|du Viaduc|du Pont|"
    "des Eaux Claires|de Lyon|de Grenoble|de Valence|de Vienne|de Chambéry|de Savoie|de Provence|de Bourgogne|"
    "de Bretagne|de l’Europe|de Stalingrad|de Verdun|des Martyrs|des Déportés|des Fusillés|Notre-Dame"
).split("|")
_SAINTS = (
    "Pierre Paul Jean Antoine Hilaire Georges Christophe Laurent Martin Maurice Michel Nicolas Romain Sébastien Victor "
    "Agnin Alban André Barthélemy Bernard Blaise Bonnet Cassien Clair Didier Étienne Firmin Guillaume Honoré Jacques "
    "Joseph Julien Just Marcel Maximin Quentin Savin Bruno Roch Vincent"
).split()
_SUFFIXES = (
    "du-Mont en-Montagne du-Pont d’Ollières de-la-Tour les-Eaux sur-Gère de-Commiers d’Avelanne le-Vieux du-Rhône "
    "des-Prés sur-Bourbre la-Plaine de-Veyrins"
).split()
_SYLLABLES = (
    "ba bel bos bour cha cham char che clo com cour cras cro es fau fey fon gar gra grand jar la lan li lou mar mas "
    "mol mon mor pel per pi plan pra ra ri ro rou sal sau ser ta ther val ver vi vo"
).split()
_ENDINGS = (
    "nay gny zieu sins lier nette ron rière court ville gnin lon tte sse veyre nas zan dière lle chet raz mont ges "
    "nos llon".split()
)
_BEFORE = ("de", "du Grand", "du Petit", "des Hauts de", "du Bas", "de la Croix de")


def draw_departement(least: int = ADDRESSES, seed: int = 38) -> tuple[list[Address], list[Commune]]:
    """Draw communes, larger and smaller ones, street after street, until there are enough addresses."""
    rng = random.Random(seed)
    names = _commune_names(rng)
    share = [max(1.0, 3_000 / (place + 3)) for place in range(_COMMUNES)]
    communes, addresses = [], []
    for place, name in enumerate(names):
        insee = f"{_DEPARTMENT}{place + 1:03}"
        postcode = f"{_DEPARTMENT}{0 if place == 0 else 100 + 10 * (place % 85):03}"
        wanted = max(20, round(1.02 * least * share[place] / sum(share)))
        commune = Commune(insee, name, _DEPARTMENT, wanted * 2, (postcode,), True, None)
        addresses += _houses(commune, wanted, rng)
        communes.append(commune)
    return addresses, communes


def _commune_names(rng: random.Random) -> list[str]:
    names: dict[str, None] = {}
    while len(names) < _COMMUNES:
        saint = rng.random() < 0.4
        names[f"Saint-{rng.choice(_SAINTS)}-{rng.choice(_SUFFIXES)}" if saint else _place_name(rng)] = None
    return list(names)


def _place_name(rng: random.Random) -> str:
    start = "".join(rng.choice(_SYLLABLES) for _ in range(rng.choice((1, 1, 2))))
    return (start + rng.choice(_ENDINGS)).capitalize()


def _houses(commune: Commune, wanted: int, rng: random.Random) -> Iterator[Address]:
    """Yield the houses of a commune's streets; numbers of a street stand 12 m apart."""
    west, south = 4.75 + rng.random() * 1.4, 44.75 + rng.random() * 1.1
    used: set[str] = set()
    made = 0
    while made < wanted:
        street = _street_name(rng)
        if street in used:
            continue
        used.add(street)
        lon, lat = west + rng.gauss(0.0, 0.02), south + rng.gauss(0.0, 0.015)
        east, north = rng.uniform(-1.0, 1.0) * 15e-5, rng.uniform(-1.0, 1.0) * 11e-5
        for value in range(1, max(1, min(140, int(rng.expovariate(1 / 13.7)))) + 1):
            number = " ".join(
                filter(None, (str(value), rng.choice(("", "", "", "", "", "", "", "", "bis", "ter", "a"))))
            )
            yield Address(
                id=f"{commune.insee}_{len(used):04}_{number.replace(' ', '')}",
                number=number,
                street=street,
                postcode=commune.postcodes[0],
                insee=commune.insee,
                commune=commune.name,
                lon=round(lon + value * east, 6),
                lat=round(lat + value * north, 6),
                position=Position.HOUSENUMBER,
                source="ban",
            )
            made += 1


def _street_name(rng: random.Random) -> str:
    (kind,) = rng.choices(list(_KINDS), list(_KINDS.values()))
    draw = rng.random()
    if draw < 0.32:
        return f"{kind} {rng.choice(_PERSONS)}"
    if draw < 0.60:
        return f"{kind} {rng.choice(_THINGS)}"
    if draw < 0.70:
        return f"{kind} Saint-{rng.choice(_SAINTS)}"
    return f"{kind} {rng.choice(_BEFORE)} {_place_name(rng)}"
