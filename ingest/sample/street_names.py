"""Names of streets, by the kind of place that gives them, and the small grammar of French prepositions."""

from __future__ import annotations

__all__ = ["ESTATE_THEMES", "TOWN_NAMES", "VILLAGE_NAMES", "of_place"]

_PEOPLE = (
    "Jean Jaurès", "Victor Hugo", "Pasteur", "Gambetta", "Jules Ferry", "Marie Curie", "Émile Zola", "Lamartine",
    "Voltaire", "Jean Moulin", "Louise Michel", "Molière", "Diderot", "George Sand", "Rabelais", "Ronsard", "Carnot",
    "Anatole France", "Georges Bizet", "Hector Berlioz", "Claude Monet", "Paul Cézanne", "Camille Claudel",
    "Simone Veil", "Joséphine Baker", "Olympe de Gouges", "Blaise Pascal", "Descartes", "Buffon", "Lavoisier",
    "Ampère", "Arago", "Denis Papin", "Gustave Eiffel", "Jules Verne", "Alexandre Dumas", "Arthur Rimbaud",
    "Paul Verlaine", "Charles Péguy", "Colette", "Jacques Prévert", "Boris Vian", "Georges Brassens", "Édith Piaf",
    "Jacques Brel", "Lucie Aubrac", "Danielle Casanova", "Pierre Brossolette", "Guy Môquet", "Aristide Briand",
    "Léon Blum", "Jean Mermoz", "Saint-Exupéry", "Hélène Boucher", "Louis Blériot", "Vauban", "Surcouf", "Lapérouse",
    "Duquesne",
)  # fmt: skip
_TRADES = (
    "des Tanneurs", "des Potiers", "des Drapiers", "des Bouchers", "des Cordeliers", "des Carmes", "des Ursulines",
    "des Forgerons", "des Tonneliers", "des Chaudronniers", "des Orfèvres", "des Merciers", "des Changeurs",
    "des Boulangers", "des Pêcheurs", "des Voiliers", "des Cordiers", "des Sauniers", "des Marins", "des Tisserands",
    "de la Monnaie", "du Grenier à Sel", "de la Poissonnerie", "de l’Horloge", "du Beffroi", "de la Halle",
    "du Vieux Marché", "du Puits Neuf", "de la Fontaine", "du Chapitre", "de l’Évêché", "du Cloître",
    "Saint-Nicolas", "Saint-Elvin", "Sainte-Anne", "Notre-Dame", "Saint-Martin", "Saint-Jean", "de la Juiverie",
    "du Temple", "de la Comédie", "du Théâtre", "de l’Hôtel de Ville", "du Palais", "de la Préfecture",
    "des Casernes", "du Port", "de l’Abreuvoir", "du Moulin", "de l’Écluse", "du Bac", "du Rempart", "de la Tour",
    "de la Poterne", "de l’Arsenal",
)  # fmt: skip
_DATES = (
    "du 8 Mai 1945", "du 11 Novembre", "du 14 Juillet", "de la Libération", "de la Résistance", "de la Paix",
    "de la Liberté", "de l’Égalité", "de la Fraternité", "des Fusillés", "des Déportés", "du Souvenir", "de Bel-Air",
    "des Écoles", "du Stade", "de la Piscine", "des Jardins", "des Vergers", "des Vignes", "de la Colline",
    "du Coteau", "de la Croix Blanche", "de la Croix Rouge", "du Calvaire", "de la Chapelle", "du Château",
    "du Parc", "du Lycée", "du Collège", "de l’Hôpital", "des Abattoirs", "des Filatures", "de l’Usine", "du Gaz",
    "du Chemin de Fer", "des Cheminots", "du Dépôt", "de la Passerelle", "des Peupliers", "du Champ de Foire",
    "du Mail", "du Lavoir",
)  # fmt: skip
TOWN_NAMES = (*_TRADES, *_PEOPLE, *_DATES)

VILLAGE_NAMES = (
    "Rue de l’Église", "Rue du Lavoir", "Rue de la Mairie", "Rue des Écoles", "Rue de la Fontaine", "Ruelle du Four",
    "Chemin du Moulin", "Rue du Puits", "Rue de la Forge", "Rue du Château", "Rue des Vignes", "Rue du Cimetière",
    "Chemin des Prés", "Rue Haute", "Rue Basse", "Rue du Presbytère", "Rue de la Croix", "Rue du Pressoir",
    "Chemin de Ronde", "Rue des Jardins", "Rue du Stade", "Rue de la Source", "Impasse des Tilleuls",
    "Rue du Colombier", "Chemin Vert", "Rue de la Poste", "Rue du Monument", "Rue de la Vieille École",
    "Ruelle des Chats", "Rue du Bief", "Chemin de la Messe", "Rue du Tilleul", "Rue de l’Abbé Grégoire", "Rue Neuve",
    "Rue du Bourg", "Rue du Lièvre", "Chemin du Bois", "Rue des Noyers", "Rue de la Barre", "Rue du Pigeonnier",
    "Rue de la Grange", "Rue du Verger", "Rue des Acacias", "Chemin des Écoliers", "Rue du Clos", "Rue de la Place",
    "Rue du Vieux Puits", "Rue des Remparts", "Rue de la Mer", "Rue du Large", "Rue des Pêcheurs", "Rue du Phare",
    "Rue de la Cale", "Rue des Embruns", "Rue du Général de Gaulle", "Rue de la République", "Rue Pasteur",
    "Rue Victor Hugo", "Rue Jean Jaurès", "Rue Jules Ferry", "Rue de la Gare", "Rue des Halles", "Rue du Marché",
    "Rue du Docteur Roux", "Rue de Verdun",
)  # fmt: skip

ESTATE_THEMES = (
    ("des Lilas", "des Glycines", "des Camélias", "des Hortensias", "des Églantines", "des Bleuets", "des Coquelicots",
     "des Jonquilles", "des Pervenches", "des Iris", "des Violettes", "des Mimosas", "des Primevères", "des Dahlias"),
    ("des Mésanges", "des Hirondelles", "des Fauvettes", "des Rossignols", "des Alouettes", "des Pinsons",
     "des Bouvreuils", "des Cigognes", "des Hérons", "des Sternes", "des Goélands", "des Martinets", "des Loriots"),
    ("des Chênes", "des Érables", "des Bouleaux", "des Charmes", "des Châtaigniers", "des Frênes", "des Hêtres",
     "des Merisiers", "des Ormes", "des Platanes", "des Saules", "des Sorbiers", "des Cèdres", "des Ifs"),
    ("Maurice Ravel", "Claude Debussy", "Gabriel Fauré", "Erik Satie", "Darius Milhaud", "Camille Saint-Saëns",
     "Charles Gounod", "Jules Massenet", "Francis Poulenc", "Lili Boulanger", "Germaine Tailleferre", "Paul Dukas"),
    ("Paul Signac", "Berthe Morisot", "Auguste Renoir", "Edgar Degas", "Suzanne Valadon", "Henri Matisse",
     "Raoul Dufy", "Georges Seurat", "Rosa Bonheur", "Eugène Boudin", "Maurice Utrillo", "Alfred Sisley"),
    ("du Ponant", "du Levant", "du Noroît", "du Suroît", "des Alizés", "du Zéphyr", "de la Bise", "des Embruns",
     "des Marées", "des Brisants", "du Jusant", "des Récifs", "des Sargasses", "du Goémon"),
)  # fmt: skip

_VOWELS = "AEIOUYÀÂÄÉÈÊËÎÏÔÖÙÛÜHaeiouyéèêh"


def of_place(place: str) -> str:
    """Put “of” before a place: de Valmorin, d’Ambrolles, du Moulin Neuf, des Essartons, de la Borde."""
    for article, joined in (("Le ", "du "), ("Les ", "des "), ("La ", "de la ")):
        if place.startswith(article):
            return joined + place.removeprefix(article)
    if place.startswith("L’"):
        return "de l’" + place.removeprefix("L’")
    return ("d’" if place[0] in _VOWELS else "de ") + place
