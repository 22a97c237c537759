"""Invented French names. None of the communes exists; streets and shops bear the names that any town could have."""

from __future__ import annotations

__all__ = [
    "BOURGS", "DEPARTMENT", "FAR_AWAY", "HAMLETS", "ISLAND", "LAKE", "MARKET_TOWN", "MERGED", "NEIGHBOUR",
    "NEIGHBOURS", "RIVER", "TOWN", "VILLAGES", "WOODS",
]  # fmt: skip

DEPARTMENT = "Val-d’Aubrelle"
NEIGHBOUR = "Haute-Sorvenne"
RIVER = "L’Aubrelle"
LAKE = "Lac de Brévaux"
ISLAND = "Île de Brézan"
TOWN = "Montaubrelle"
BOURGS = ("Port-Brézan", "Saint-Elvin-la-Gare", "Grandgrève")
"""The port in the northern bay, the junction in the south-east, the resort at the end of the railway."""

VILLAGES = (
    "Ambrolles", "Aubremont-le-Vieux", "Belcastre", "Brévaux-la-Forêt", "Brinoux", "Champsorel", "Charvolles",
    "Cormelinges", "Courvignolle", "Échardelles", "Épinolles", "Estrevaux", "Fontorbe", "Gravelanges", "Javerolles",
    "La Chapelle-Brézan", "La Ferté-Aubrelle", "Les Essartons", "Lorvigny", "Marcevaux", "Maurepierre",
    "Mirvaux-sur-Aubrelle", "Noiresource", "Orvinceaux", "Pierrevenne", "Prunolles", "Quincerolles", "Ravenoux",
    "Saint-Aubrien", "Saint-Cyrel-des-Bois", "Saint-Ménulphe-en-Lande", "Sainte-Alvière", "Sornay-le-Petit",
    "Tréfontaine", "Ursolles", "Valmorin", "Verchamp-lès-Aubrelle", "Villorge", "Vitrolieux",
)  # fmt: skip
MERGED = {"Lorvigny": "Val-de-Lorvigny", "Fontorbe": "Les Trois-Sources"}
"""Seat and name of the communes born of a merger; contours still show the communes from before."""

NEIGHBOURS = ("Argelonne", "Bessevaux", "Corvenne-la-Ronce", "Montsorvenne", "Puylorge", "Terrevaux")
MARKET_TOWN = "Montsorvenne"
"""The neighbour's market town, where people of the border villages shop."""
FAR_AWAY = ("Brassolles", "Ormevenne", "Saint-Amadre")
"""Communes of the neighbour that lie beyond the halo."""

WOODS = ("Forêt de Brévaux", "Bois de la Garenne", "Bois des Moines", "Bois Brûlé", "Bois de l’Épine", "Bois du Loup",
         "Bois de Chantevenne", "Bois des Fées", "Bois du Seigneur", "Petit Bois", "Bois de la Dame", "Les Taillis",
         "Bois de Corvenne", "Bois Rond", "Bois de l’Hermitage", "La Sapinière")  # fmt: skip

HAMLETS = (
    "La Borde", "Les Brosses", "Le Châtelet", "La Croix Blanche", "Les Granges", "Le Moulin Neuf", "La Ronce",
    "Bel-Air", "Les Quatre Vents", "La Tuilerie", "Le Petit Mas", "Les Vernes", "La Fontaine aux Loups", "Le Crêt",
    "Les Essarts", "La Grange Rouge", "Le Plessis", "La Maison Neuve", "Les Chaumes", "Le Gué", "La Noue",
    "Les Bruyères", "Le Paradis", "La Vieille Poste", "Les Rivières", "Le Buisson", "La Bergerie", "Les Ormeaux",
    "Le Colombier", "La Chaume", "Les Pins", "Le Pré Long", "La Lande", "Les Genêts", "Le Bois Dieu", "La Forge",
    "Le Haut Bourg", "Les Tilleuls", "La Métairie", "Le Champ du Puits", "Les Varennes", "La Charmille",
    "Le Coudray", "Les Échalas", "La Roche", "Le Port aux Ânes", "Les Dunes", "La Pointe", "Le Sémaphore",
    "Les Salines",
)  # fmt: skip
