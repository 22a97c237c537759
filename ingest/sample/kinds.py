"""The kinds of places of the sample territory: how many, where they stand, what they are called, who knows them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["KINDS", "Kind", "official_categories"]


@dataclass(frozen=True)
class Kind:
    """One kind of place."""

    id: str
    category: str
    """Category of the taxonomy; empty for what is of no use to a score."""
    tags: str
    """OpenStreetMap tags, ``key=value`` joined by ``;``; empty where OpenStreetMap never has it."""
    village: tuple[int, int]
    """From how many inhabitants a village has one, and for how many more it has another; (0, 0): never."""
    bourg: int
    town: int
    names: tuple[str, ...]
    """Patterns with ``{surname} {of_place} {patron} {word}``; empty: OpenStreetMap has no name either."""
    size_m: tuple[float, float] | None = None
    """Length and depth of its ground; None: it is behind a shop front."""
    spread_m: float = 350.0
    """How far from the centre such places are found in the town."""
    osm: float = 1.0
    """Share that OpenStreetMap knows."""
    file: str = ""
    """The official file that lists it, if one does."""
    type: str = ""
    """What the official file calls it."""


_K = Kind

KINDS: tuple[Kind, ...] = (
    # grounds first, the greatest first: they are harder to place
    _K("lycee_gt", "education.lycee", "amenity=school;school:FR=lycée", (0, 0), 0, 1, ("Lycée {patron}",),
       (140, 100), 700, 1.0, "ecoles", "302"),
    _K("hospital", "health.hospital", "amenity=hospital;emergency=yes", (0, 0), 0, 1,
       ("Centre hospitalier {of_place}",), (150, 95), 900, 1.0, "sante", "CENTRE HOSPITALIER"),
    _K("lycee_pro", "education.lycee", "amenity=school;school:FR=lycée", (0, 0), 0, 1,
       ("Lycée professionnel {patron}",), (120, 90), 900, 1.0, "ecoles", "320"),
    _K("iut", "education.superieur", "amenity=university", (0, 0), 0, 1, ("IUT {of_place}",), (110, 80), 1_000),
    _K("ifsi", "education.superieur", "amenity=college", (0, 0), 0, 1,
       ("Institut de formation en soins infirmiers",), (50, 40), 900),
    _K("college", "education.college", "amenity=school;school:FR=collège", (0, 0), 1, 3, ("Collège {patron}",),
       (105, 80), 800, 0.84, "ecoles", "340"),
    _K("football", "sport.pitch", "leisure=pitch;sport=soccer", (240, 900), 2, 4,
       ("Stade {patron}", "Stade municipal"), (108, 70), 1_100, 0.9, "equipements", "Terrain de football"),
    _K("supermarket", "shop.supermarket", "shop=supermarket", (900, 2_000), 2, 6,
       ("Cap Marché {word}", "Super Lorive {of_place}", "Frais & Voisins", "Le Grand Panier"), (78, 58), 1_100),
    _K("park", "nature.park", "leisure=park", (520, 900), 2, 9,
       ("Parc {patron}", "Parc {of_place}", "Jardin public"), (86, 62), 700),
    _K("elementaire", "education.ecole_elementaire", "amenity=school;school:FR=élémentaire", (0, 0), 1, 6,
       ("École élémentaire {patron}",), (60, 48), 800, 0.93, "ecoles", "151"),
    _K("maternelle", "education.ecole_maternelle", "amenity=school;school:FR=maternelle", (0, 0), 1, 6,
       ("École maternelle {patron}",), (50, 38), 800, 0.93, "ecoles", "101"),
    _K("primaire", "education.ecole_elementaire", "amenity=school;school:FR=primaire", (215, 1_500), 0, 2,
       ("École primaire {patron}", "École primaire"), (58, 44), 1_000, 0.93, "ecoles", "151"),
    _K("gym", "sport.gym", "leisure=sports_centre;sport=multi", (640, 1_500), 1, 6,
       ("Gymnase {patron}", "Salle des sports"), (52, 38), 900, 0.85, "equipements", "Salle multisports (gymnase)"),
    _K("pool", "sport.pool", "leisure=sports_centre;sport=swimming", (0, 0), 0, 1, ("Centre aquatique {of_place}",),
       (62, 44), 900, 1.0, "equipements", "Bassin sportif de natation"),
    _K("clinic", "health.hospital", "amenity=hospital", (0, 0), 0, 1, ("Clinique Saint-Elvin",), (70, 50), 900, 1.0,
       "sante", "CENTRE HOSPITALIER"),
    _K("factory", "", "landuse=industrial", (700, 1_500), 2, 9, (), (118, 84), 1_500),
    _K("cemetery", "", "landuse=cemetery", (60, 5_000), 1, 2, (), (62, 44), 1_000),
    _K("tennis", "sport.pitch", "leisure=pitch;sport=tennis", (330, 1_100), 2, 5,
       ("Tennis-club {of_place}", "Tennis {word}"), (40, 22), 1_000, 0.9, "equipements", "Court de tennis"),
    _K("city_stade", "sport.pitch", "leisure=pitch;sport=multi", (280, 800), 2, 8, ("City-stade {word}",), (32, 18),
       900, 0.85, "equipements", "Multisports/City-stades"),
    _K("gendarmerie", "public.police", "amenity=police;operator=Gendarmerie nationale", (0, 0), 1, 0,
       ("Gendarmerie {of_place}",), (44, 32)),
    _K("commissariat", "public.police", "amenity=police;operator=Police nationale", (0, 0), 0, 1,
       ("Commissariat {of_place}",), (36, 26)),
    _K("multi_accueil", "childcare.creche", "amenity=kindergarten", (0, 0), 1, 5, ("Multi-accueil {word}",),
       (34, 26), 700, 0.5, "creches", "Multi-accueil"),
    _K("theatre", "culture.museum", "amenity=theatre", (0, 0), 0, 1, ("Théâtre {of_place}",), (40, 30), 300),
    _K("cinema", "culture.cinema", "amenity=cinema", (0, 0), 0, 1, ("Cinéma Le Ponant",), (36, 28), 400),
    _K("museum", "culture.museum", "tourism=museum", (0, 0), 1, 2, ("Musée {of_place}", "Musée {word}"), (34, 26),
       300),
    _K("tribunal", "public.justice", "amenity=courthouse", (0, 0), 0, 1, ("Tribunal judiciaire",), (36, 26), 300),
    _K("church", "", "amenity=place_of_worship;religion=christian", (1, 9_000), 1, 4, ("Église Saint-{word}",),
       (32, 16), 700),
    _K("townhall", "public.townhall", "amenity=townhall", (1, 9_000), 1, 1, ("Mairie {of_place}",), (22, 16), 150),
    _K("library", "culture.library", "amenity=library", (430, 1_500), 1, 3,
       ("Médiathèque {patron}", "Bibliothèque municipale"), (26, 20), 600),
    _K("hall", "culture.club", "amenity=community_centre", (420, 1_300), 1, 4,
       ("Salle des fêtes {of_place}", "Centre social {patron}", "Maison des jeunes {word}"), (30, 22), 800),
    _K("playground", "play.playground", "leisure=playground", (160, 340), 4, 16, (), (22, 15), 1_000),
    _K("market", "shop.food", "amenity=marketplace", (0, 0), 1, 2, ("Marché {of_place}", "Marché {word}"),
       (40, 24), 300),
    _K("garden", "nature.park", "leisure=garden", (330, 900), 1, 6, ("Jardin {word}", "Jardin {surname}"), (26, 20),
       700),
    _K("music_school", "culture.club", "amenity=music_school", (0, 0), 1, 1, ("École de musique {of_place}",),
       (24, 18)),
    # behind a shop front
    _K("bakery", "shop.bakery", "shop=bakery", (300, 520), 3, 12,
       ("Boulangerie {surname}", "Au fournil {of_place}", "La Mie {word}", "Boulangerie {word}"), spread_m=650),
    _K("grocery", "shop.grocery", "shop=convenience", (230, 800), 2, 7,
       ("Épicerie {surname}", "Le Petit Comptoir", "Au Panier {of_place}"), spread_m=650),
    _K("butcher", "shop.food", "shop=butcher", (480, 900), 2, 6, ("Boucherie {surname}",)),
    _K("greengrocer", "shop.food", "shop=greengrocer", (0, 0), 1, 3, ("Primeur {word}", "Le Verger {surname}")),
    _K("fish", "shop.food", "shop=seafood", (0, 0), 1, 2, ("Poissonnerie {surname}", "La Marée {of_place}")),
    _K("farm", "shop.food", "shop=farm", (210, 620), 0, 0,
       ("Ferme {of_place}", "Ferme {surname}", "Le Jardin {word}")),
    _K("cheese", "shop.food", "shop=cheese", (0, 0), 0, 2, ("Fromagerie {surname}",)),
    _K("bank", "shop.bank", "amenity=bank", (0, 0), 3, 10,
       ("Crédit Littoral", "Banque du Ponant", "Caisse Aubrelloise", "Crédit Littoral {word}")),
    _K("atm", "shop.bank", "amenity=atm", (620, 1_500), 1, 3, ()),
    _K("restaurant", "shop.restaurant", "amenity=restaurant", (140, 330), 9, 34,
       ("Auberge {of_place}", "La Table {surname}", "Le Relais {word}", "Chez {surname}", "Crêperie {word}")),
    _K("cafe", "shop.restaurant", "amenity=cafe", (210, 520), 4, 16,
       ("Café {word}", "Café {surname}", "Le Commerce")),
    _K("bar", "shop.restaurant", "amenity=bar", (0, 0), 3, 9, ("Bar {word}", "Le Ponton", "Chez {surname}")),
    _K("fast_food", "shop.restaurant", "amenity=fast_food", (0, 0), 2, 11, ("Pizza {surname}", "Le Kiosque {word}"),
       spread_m=600),
    _K("hairdresser", "shop.everyday", "shop=hairdresser", (240, 420), 5, 22,
       ("Coiffure {surname}", "L’Hair {of_place}", "Salon {word}"), spread_m=600),
    _K("tobacco", "shop.everyday", "shop=tobacco", (380, 700), 2, 8, ("Tabac {word}", "Le Havane")),
    _K("newsagent", "shop.everyday", "shop=newsagent", (0, 0), 1, 5, ("Maison de la presse", "Presse {word}")),
    _K("laundry", "shop.everyday", "shop=laundry", (0, 0), 1, 5, ("Laverie {word}",), spread_m=500),
    _K("pharmacy", "health.pharmacy", "amenity=pharmacy;dispensing=yes", (760, 1_200), 1, 7,
       ("Pharmacie {surname}", "Pharmacie {word}"), None, 600, 0.9, "pharmacies"),
    _K("doctor", "health.doctor", "amenity=doctors", (440, 500), 5, 20, ("Cabinet du Dr {surname}",), None, 700,
       0.35, "sante", "MEDECIN GENERALISTE"),
    _K("health_centre", "health.doctor", "healthcare=centre", (1_000, 3_000), 1, 2,
       ("Maison de santé {of_place}", "Maison de santé {word}"), None, 900, 0.7, "sante", "MAISON DE SANTE"),
    _K("dentist", "health.dentist", "amenity=dentist", (1_000, 3_000), 2, 8, ("Cabinet dentaire {surname}",), None,
       500, 0.4, "sante", "CHIRURGIEN-DENTISTE"),
    _K("nurse", "health.care", "healthcare=nurse", (250, 260), 5, 18, ("Infirmiers {surname}",), None, 800, 0.2,
       "sante", "INFIRMIER"),
    _K("physio", "health.care", "healthcare=physiotherapist", (620, 800), 3, 12, ("Kinésithérapie {surname}",), None,
       700, 0.25, "sante", "MASSEUR-KINESITHERAPEUTE"),
    _K("laboratory", "health.laboratory", "healthcare=laboratory", (0, 0), 1, 2, ("Laboratoire {word}",), None, 500,
       0.7, "sante", "LABORATOIRE"),
    _K("post_office", "public.post", "amenity=post_office", (0, 0), 1, 2, ("La Poste", "La Poste {word}"), None,
       400, 1.0, "laposte", "Bureau de poste"),
    _K("post_agency", "public.post", "amenity=post_office", (460, 2_000), 0, 0, ("Agence postale",), None, 400, 0.8,
       "laposte", "Agence postale communale"),
    _K("post_relay", "public.post", "", (640, 2_000), 0, 3, ("Relais poste",), None, 900, 0.0, "laposte",
       "Relais poste commerçant"),
    _K("france_services", "public.france_services", "", (0, 0), 1, 2,
       ("France services {of_place}", "France services {word}"), None, 400,
       0.0, "france-services", "Fixe"),
    _K("micro_creche", "childcare.creche", "amenity=kindergarten", (560, 1_500), 1, 3, ("Micro-crèche {word}",),
       None, 700, 0.4, "creches", "Micro-crèche"),
    _K("mam", "childcare.mam", "", (440, 1_200), 1, 3, ("MAM {word}",), None, 900, 0.0, "creches", "MAM"),
    _K("relais", "childcare.relay", "", (0, 0), 1, 2,
       ("Relais petite enfance {of_place}", "Relais petite enfance {word}"), None, 600, 0.0,
       "creches", "Relais petite enfance"),
    _K("pmi", "childcare.relay", "", (0, 0), 0, 1, ("Centre de PMI",), None, 500, 0.0, "creches", "PMI"),
    _K("employment", "public.social", "office=employment_agency", (0, 0), 0, 1, ("France Travail {of_place}",)),
    _K("solidarity", "public.social", "amenity=social_facility;social_facility=outreach", (0, 0), 1, 2,
       ("Maison des solidarités {of_place}", "Maison des solidarités {word}"), None, 600),
    _K("fitness", "sport.gym", "leisure=fitness_centre", (0, 0), 0, 3,
       ("Forme & Cie", "Le Vestiaire", "Club {word}"), spread_m=700),
    _K("charging", "transport.charging", "amenity=charging_station", (420, 1_200), 2, 8, ()),
    # of no use to a score, but OpenStreetMap has them
    _K("clothes", "", "shop=clothes", (0, 0), 2, 14, ("Boutique {word}", "Chez {surname}")),
    _K("optician", "", "shop=optician", (0, 0), 1, 5, ("Optique {surname}",)),
    _K("florist", "", "shop=florist", (700, 2_000), 1, 5, ("Fleurs {surname}",)),
    _K("garage", "", "shop=car_repair", (500, 900), 2, 7, ("Garage {surname}",), spread_m=1_100),
    _K("fuel", "", "amenity=fuel", (1_000, 4_000), 1, 3, ("Station {word}",), spread_m=1_200),
    _K("parking", "", "amenity=parking", (260, 700), 4, 18, (), spread_m=600),
    _K("recycling", "", "amenity=recycling", (150, 600), 3, 12, (), spread_m=900),
    _K("post_box", "", "amenity=post_box", (120, 500), 3, 12, (), spread_m=700),
    _K("nursing", "", "amenity=nursing_home", (900, 4_000), 1, 2, ("Résidence {word}",), spread_m=900),
    _K("vacant", "", "shop=vacant", (500, 900), 2, 9, ()),
)  # fmt: skip


def official_categories() -> frozenset[str]:
    """Return the categories that an official file holds completely."""
    return frozenset(kind.category for kind in KINDS if kind.file)
