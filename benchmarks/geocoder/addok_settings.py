"""Settings of addok with its French plugins, as their documentation gives them; Redis on a private socket."""

import os

_SOCKET = os.environ["ADDOK_SOCKET"]
REDIS = {
    "unix_socket_path": _SOCKET,
    "indexes": {"unix_socket_path": _SOCKET, "db": 0},
    "documents": {"unix_socket_path": _SOCKET, "db": 1},
}
QUERY_PROCESSORS_PYPATHS = [
    "addok.helpers.text.check_query_length",
    "addok_france.extract_address",
    "addok_france.clean_query",
    "addok_france.remove_leading_zeros",
]
PROCESSORS_PYPATHS = [
    "addok.helpers.text.tokenize",
    "addok.helpers.text.normalize",
    "addok_france.glue_ordinal",
    "addok_france.fold_ordinal",
    "addok_france.flag_housenumber",
    "addok.helpers.text.synonymize",
    "addok_fr.phonemicize",
]
SEARCH_RESULT_PROCESSORS_PYPATHS = [
    "addok.helpers.results.match_housenumber",
    "addok_france.make_labels",
    "addok.helpers.results.score_by_importance",
    "addok.helpers.results.score_by_autocomplete_distance",
    "addok.helpers.results.score_by_ngram_distance",
    "addok.helpers.results.score_by_geo_distance",
    "addok.helpers.results.adjust_scores",
]
LOG_DIR = os.environ["ADDOK_FOLDER"]
LOG_QUERIES = False
LOG_NOT_FOUND = False
BATCH_WORKERS = 1
