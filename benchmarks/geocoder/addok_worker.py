"""Runs in addok's own environment: takes lists of questions line by line, answers with what addok finds and its times.

Knows nothing of this project: started with the process number of its Redis, whose time counts as addok's.
"""

import json
import sys
from pathlib import Path
from time import process_time

_answers, sys.stdout = sys.stdout, sys.stderr  # addok greets on the way out, where answers are expected

from addok.config import config  # noqa: E402
from addok.core import Result, search  # noqa: E402

config.load()


def redis_s(process: int) -> float:
    """Return the seconds that Redis has run so far."""
    tasks = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def answer(text: str, process: int) -> dict:
    """Return the first result and the milliseconds of both processes."""
    there, here = redis_s(process), process_time()
    try:
        found = search(text, limit=5, autocomplete=True)
    except Exception as error:  # noqa: BLE001 - a question that it cannot take counts as one without an answer
        found, failed = [], type(error).__name__
    else:
        failed = ""
    spent_ms = (process_time() - here + redis_s(process) - there) * 1000
    return {"ms": spent_ms, "failed": failed, "found": [_plain(result) for result in found[:1]]}


def _plain(result: Result) -> dict:
    doc = result._doc  # noqa: SLF001 - what was indexed, without the label's formatting
    return {
        "key": str(doc.get("key", "")),
        "type": str(result.type),
        "number": str(getattr(result, "housenumber", "") or ""),
        "street": str(doc.get("street_name", "")),
        "town": str(doc.get("city", "")),
        "postcode": str(doc.get("postcode", "")),
        "lon": float(result.lon),
        "lat": float(result.lat),
    }


for line in sys.stdin:
    json.dump([answer(text, int(sys.argv[1])) for text in json.loads(line)], _answers)
    _answers.write("\n")
    _answers.flush()
