"""The words of French addresses: kinds of streets and titles with their abbreviations, articles, dates in letters."""

from __future__ import annotations

__all__ = ["ANYWHERE", "ARTICLES", "KINDS", "MONTHS", "SAME_SUFFIX", "SUFFIXES", "TYPES", "UNITS"]

ARTICLES = frozenset({"de", "du", "des", "la", "le", "les", "d", "l"})

TYPES = {  # kinds of streets; the short ones mean something else inside a name, so they count at its head alone
    "al": "allee", "all": "allee", "arc": "arcade", "av": "avenue", "ave": "avenue", "aven": "avenue",
    "bd": "boulevard", "bld": "boulevard", "blvd": "boulevard", "boul": "boulevard", "bvd": "boulevard",
    "bvld": "boulevard", "car": "carrefour", "carr": "carrefour", "ch": "chemin", "che": "chemin", "chem": "chemin",
    "chm": "chemin", "chs": "chaussee", "crs": "cours", "dom": "domaine", "esc": "escalier", "esp": "esplanade",
    "fbg": "faubourg", "fg": "faubourg", "gr": "grande rue", "ham": "hameau", "hlm": "habitation", "imp": "impasse",
    "ld": "lieu dit", "lot": "lotissement", "mte": "montee", "pas": "passage", "pass": "passage", "pl": "place",
    "plc": "place", "prom": "promenade", "prv": "parvis", "psg": "passage", "qrt": "quartier", "qu": "quai",
    "quart": "quartier", "r": "rue", "res": "residence", "rle": "ruelle", "rpt": "rond point", "rte": "route",
    "sen": "sentier", "sent": "sentier", "sq": "square", "tra": "traverse", "trav": "traverse", "ven": "venelle",
    "vla": "villa", "vc": "voie communale", "za": "zone artisanale", "zi": "zone industrielle",
}  # fmt: skip

ANYWHERE = {  # what means nothing else inside a name: titles, saints, and the longer kinds of streets
    **{short: TYPES[short] for short in ("av", "ave", "bd", "bld", "blvd", "boul", "bvd", "chem", "fbg", "fg",
                                           "imp", "plc", "rte")},
    "adj": "adjudant", "capt": "capitaine", "cdt": "commandant", "cmdt": "commandant", "cne": "capitaine",
    "col": "colonel", "dr": "docteur", "gal": "general", "gd": "grand", "gde": "grande", "gdes": "grandes",
    "gds": "grands", "gen": "general", "lt": "lieutenant", "mal": "marechal", "mgr": "monseigneur",
    "nd": "notre dame", "pdt": "president", "prof": "professeur", "sgt": "sergent", "st": "saint", "ste": "sainte",
    "stes": "saintes", "sts": "saints",
}  # fmt: skip

KINDS = frozenset({word.split()[0] for word in TYPES.values()} | {"cite", "clos", "sentier", "villa", "voie"})
MONTHS = frozenset(
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split()  # noqa: SIM905
)
UNITS = {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
          "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "vingt": 20,
          "trente": 30}  # fmt: skip
SUFFIXES = ("bis", "ter", "quater", "quinquies")
SAME_SUFFIX = {"b": "bis", "t": "ter", "q": "quater", "bis": "b", "ter": "t", "quater": "q"}
