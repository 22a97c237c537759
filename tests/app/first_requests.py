"""Start the service on the snapshots of a folder, ask each question once, and tell what that had to load or compile.

Run by ``test_warming`` in a process of its own: in the tests' everything has been asked before.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import httpx
from numba.core.dispatcher import Dispatcher

from app.main import create_app
from app.settings import Settings


def kernels() -> dict[str, tuple[int, int]]:
    """Return by kernel how often it was compiled, and for how many types it is loaded."""
    found = {}
    for name, module in list(sys.modules.items()):
        if name.startswith("geo."):
            for own, value in vars(module).items():
                if isinstance(value, Dispatcher):
                    misses = sum(value.stats.cache_misses.values())
                    found[f"{name}.{own}"] = (misses, len(value.nopython_signatures))
    return found


async def ask(root: Path, territory: str, here: dict[str, float], there: dict[str, float]) -> dict[str, object]:
    """Start, and ask everything once in every mode."""
    frontend = root / "frontend"
    app = create_app(Settings(snapshots=root, territory=territory, frontend=frontend, watch_s=0))
    async with app.router.lifespan_context(app):
        before = kernels()
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://town")
        statuses = set()
        for mode in app.state.serving.now().snapshot.modes:
            way = {"from": "{lon},{lat}".format(**here), "to": "{lon},{lat}".format(**there)}
            answers = [
                await client.get("/api/v1/score", params=here | {"mode": mode}),
                await client.get("/api/v1/isochrone", params=here | {"mode": mode, "minutes": "5,10"}),
                await client.get("/api/v1/route", params=way | {"mode": mode}),
                await client.post("/api/v1/travel-times", json={"homes": [here], "places": [there], "mode": mode}),
                await client.post("/api/v1/scores", json={"places": [here, there], "mode": mode}),
            ]
            statuses |= {answer.status_code for answer in answers}
        after = kernels()
    changed = {name: (before.get(name), now) for name, now in after.items() if before.get(name) != now}
    return {"kernels": len(after), "changed": changed, "statuses": sorted(statuses)}


if __name__ == "__main__":
    question = json.loads(sys.argv[1])
    places = question["here"], question["there"]
    sys.stdout.write(json.dumps(asyncio.run(ask(Path(question["root"]), question["territory"], *places))) + "\n")
