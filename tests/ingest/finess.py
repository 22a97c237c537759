"""The feeds of FINESS of 2026 written out in full: made-up places, every key that the published schemas require.

The schemas themselves lie in a mirror (``finess/schemas-2026``); what they leave open is used here as daily files use
it: an empty text for what is not known, several addresses or none, codes bare or with their system, closed places
beside open ones. In all of them ``coordonneeX`` is the northing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.ingest.world import ORIGIN_X_M, ORIGIN_Y_M, lonlat

NATURES = {
    "AASA": "ASA", "ASRC": "ASR", "EML": "EML", "ASDR": "ASDR", "ASOCR": "ASOCR", "ASMR": "ASMR", "AER": "AER",
    "AMF": "AMF", "AMM": "AMM",
}  # fmt: skip
"""Kinds of authorised activity, and how the key of what is particular to each ends."""
HOSPITAL, PHARMACY, LABORATORY, CLINIC, HOME = ("710000019", "710000027", "710000035", "710000043", "2A0000050")
NOWHERE, UNSORTED, EMPTY, COMMAS = ("710000068", "710000076", "710000084", "710000092")

_NOS = "https://mos.esante.gouv.fr/NOS"


def coded(code: str, table: str) -> dict[str, str]:
    """A code with the nomenclature that it is of."""
    return {"code": code, "system": f"{_NOS}/{table}/FHIR/{table.replace('_', '-')}"}


def event(number: str, code: str = "CREATION") -> dict[str, str]:
    return {
        "evenementId": number, "dateEnregistrement": "2026-01-05", "dateEvenement": "2026-01-02",
        "etatObjet1": "A", "identifiantObjet1": number, "identifiantObjet2": "", "systemeMaitre": "FINESS",
        "typeObjet1": "EGE", "typeObjet2": "", "codeEvenement": code,
    }  # fmt: skip


def engagement(number: str) -> dict[str, Any]:
    return {
        "engagementId": number, "typeEngagement": "AUT", "dateEffetEngagement": "2017-01-03",
        "autoriteRegulationEngagement": [{"autoriteRegulationId": "27"}],
    }  # fmt: skip


def contact() -> dict[str, Any]:
    return {
        "typeContact": {"roleContact": "STD"},
        "telecom": {"telephone": "0300000000", "telecopie": "", "courriel": "accueil@exemple.fr"},
    }


def address(x_km: float = 2, y_km: float = 2, insee: str = "71001", **changed: Any) -> dict[str, Any]:
    """An address in the made-up world; other ``coordinates`` replace its own."""
    lon, lat = lonlat(x_km, y_km)
    coordinates = {
        "coordonneeX": f"{ORIGIN_Y_M + 1000 * y_km:.1f}",  # the northing
        "coordonneeY": f"{ORIGIN_X_M + 1000 * x_km:.1f}",
        "directionLatitude": repr(lat),
        "directionLongitude": repr(lon),
        "cleInInteropBAN": "", "scoreBAN": "0.97",
    } | changed.pop("coordinates", {})  # fmt: skip
    return {
        "usageAdresse": "GEO", "numeroVoie": "3", "typeVoie": "R", "libelleVoie": "DU LAVOIR", "complementVoie": "",
        "complementPointGeographique": "", "lieuDit": "", "cogCommune": insee,
        "ligneAcheminement": f"{insee[:2]}100 ALPHA", "codePostal": f"{insee[:2]}100",
        "coordonneesGeographique": coordinates, **changed,
    }  # fmt: skip


def place(number: str, category: str, state: str = "A", *, bare: bool = False, **changed: Any) -> dict[str, Any]:
    """An establishment; codes ``bare``, as the daily files have them. None takes a key out."""
    whole = {
        "informationsGeneralesEGE": {"egeId": number[-4:], "numFinessEge": number, "nomEgeLong": f"MAISON {number}"},
        "etatObjet": state if bare else coded(state, "tre_r386-macro-etat-objet-administratif"),
        "categorieEntiteGeographiqueExercice":
            category if bare else coded(category, "tre_r397-categorie-entite-geographique-exercice"),
        "modeFixationTarifaire": coded("03", "tre_r74"), "siret": f"12345{number[-4:]}00017",
        "typeBudget": [coded("B", "tre_r398")], "metadonneeId": "1", "dateDerniereMaj": {"dateEvenement": "2026-02-03"},
        "adresse": [address()], "roleEge": coded("P", "tre_r399"), "contact": [contact()],
        "engagement": [engagement("1")], "evenement": [event("1")], **changed,
    }  # fmt: skip
    return {key: value for key, value in whole.items() if value is not None}


def company(number: str, places: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A legal person, and its establishments."""
    general = {
        "pm_smsseId": number[-2:], "codeApe": "8610Z", "complementAdressePmSmsse": "", "dateCreation": "1990-01-01",
        "dateDerniereModificationSirene": "", "dateFermeture": "", "denominationLonguePmSmsse": f"SOCIÉTÉ {number}",
        "denominationPm": f"SOCIÉTÉ {number}", "numFinessPm": number,
        "etatObjet": coded("A", "tre_r386-macro-etat-objet-administratif"),
        "fonctionPublique": coded("1", "tre_r361-fonction-publique"),
        "categorieEntiteGeographiqueExercice": coded("355", "tre_r397-categorie-entite-geographique-exercice"),
        "siren": "123450001", "statutJuridique": coded("13", "tre_r400-finess-statut-juridique"),
        "typeGroupeGco": coded("", "tre_r372-type-groupe-gco"),
        "typePersonneMorale": coded("1", "tre_r373-type-personne-morale"),
        "metadonneeId": "1", "dateDerniereMaj": {"dateEvenement": "2026-02-03"},
    }  # fmt: skip
    return {
        "informationsGeneralesPmej": general, "adresse": [address(6, 2, "71002")], "contact": [contact()],
        "etatObjet": "A", "engagement": [], "evenement": [event(number[-2:])], "ege": list(places),
    }  # fmt: skip


def structures(*, bare: bool = False) -> dict[str, Any]:
    """Two companies and nine places: two hospitals, a laboratory, others that are closed, unknown or nowhere."""
    blank = dict.fromkeys(("coordonneeX", "coordonneeY", "directionLatitude", "directionLongitude"), "")
    lon, lat = lonlat(1, 1)
    commas = {"directionLatitude": f"{lat:.7f}".replace(".", ","), "directionLongitude": f"{lon:.7f}".replace(".", ",")}
    here = [
        place(HOSPITAL, "355", bare=bare),
        place(PHARMACY, "620", "I", bare=bare),
        place(LABORATORY, "611", bare=bare, adresse=[address(3, 3), address(6, 2, "71002", usageAdresse="COR")]),
        place(CLINIC, "109", bare=bare, siret=None, contact=None, engagement=None, evenement=None),
    ]
    there = [
        place(HOME, "500", bare=bare, adresse=[address(2, 202, "75001")]),
        place(NOWHERE, "355", bare=bare, adresse=[]),
        place(UNSORTED, "355", bare=bare, categorieEntiteGeographiqueExercice=None),
        place(EMPTY, "355", bare=bare, adresse=[address(coordinates=blank, libelleVoie="", cogCommune="")]),
        place(COMMAS, "101", bare=bare, adresse=[address(1, 1, coordinates=commas)], evenement=[]),
    ]
    group = {"pm_smsseId": "1", "typeGCO": "GCS", "pmejDuGco": [{"pm_smsseId": "19", "typeRoleEntiteGroupe": "M"}]}
    other = {"gccId": "1", "nomGcc": "GROUPEMENT", "pmejDuGcc": [{"pm_smsseId": "27"}], "evenement": [event("9")]}
    return {
        "pmej": [company("710000001", here), company("710000007", there)],
        "gco": group | {"egeDuGco": []},
        "gcc": other | {"engagement": [engagement("2")], "egeDuGCC": [{"egeId": "0019"}]},
    }


def authorised(nature: str, what: Mapping[str, Any], state: str = "A", **dates: str) -> dict[str, Any]:
    """An activity by the published schema: one object for each nature, of which one says something."""
    return {
        f"nature{name}": _nature(name, what if name == nature else None, state, dates) for name in NATURES
    }  # fmt: skip


def _nature(name: str, what: Mapping[str, Any] | None, state: str, dates: Mapping[str, str]) -> dict[str, Any]:
    says = what is not None
    return {
        "caracteristiquesGeneriques": {
            "activiteAeId": "440236" if says else "", "etatObjet": state if says else "",
            "identifiantAutorisation": "440235" if says else "", "numeroAutorisationArhgos": "",
            "dateDebutActiviteAutorisee": "2017-01-03" if says else "", "engagementId": "", "egeId": "1132",
            **(dates if says else {}),
        },
        f"caracteristiquesSpecifiques{NATURES[name]}": dict(what or {}),
        "evenement": [event("1")] if says else [],
        "engagement": [engagement("1")] if says else [],
        "capacite": [], "zoneIntervention": {},
    }  # fmt: skip


def before_2023(code: str, state: str = "A", form: str = "01", **dates: str) -> dict[str, Any]:
    what = {"typeActiviteAMF": {"activiteAMF": code, "modaliteActivite": "00", "formeActivite": form}}
    return authorised("AMF", what, state, **dates)


def since_2023(code: str) -> dict[str, Any]:
    return authorised("AMM", {"typeActiviteAMM": {"activiteAMM": code, "modaliteAMM": "QM000"}})


def activities() -> dict[str, Any]:
    """What is done in the hospital, in the clinic and at the home; what ended, and what is done at nobody's place."""
    done = {
        HOSPITAL: [
            before_2023("14"), since_2023("QA002"), before_2023("18"),
            before_2023("02", "I"), before_2023("02", dateFinEffectiveActivite="2024-05-31"),
            before_2023("03", dateCaduciteAutorisation="2024-05-31"),
        ],
        CLINIC: [since_2023("QA001"), authorised("EML", {"typeActiviteEML": {"typeEmlId": "05602"}})],
        HOME: [before_2023("01", form="05"), authorised("AASA", {"typeActiviteASA": {"activite": "924"}})],
        "710009999": [before_2023("14")],
    }  # fmt: skip
    places = [
        {"egeId": str(number), "numFinessEge": finess, "activitesExercees": what}
        for number, (finess, what) in enumerate(done.items())
    ]
    own = {"numeroFiness": "710000001", "pmSmsseId": "1", "activitesAutorisees": [before_2023("14")]}
    other = {"numeroFiness": "710000007", "pmSmsseId": "2", "activitesAutorisees": []}
    return {"pmej": [{**own, "ege": places[:2]}, {**other, "ege": places[2:]}]}
