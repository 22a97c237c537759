# The commands of this project; CONTRIBUTING.md and docs/operations.md say more.
TERRITORY ?= 00
PORT ?= 8000
MIRROR ?=
DATABASE_URL ?=
export TERRITORY PORT MIRROR DATABASE_URL

.DEFAULT_GOAL := help
.PHONY: help setup run build test bench soak postgis postgis-stop lock clean

help: ## say what can be made
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: ## make the environment: Python packages, front end, compiled kernels
	@scripts/setup run

run: setup ## build TERRITORY (00, the sample) and serve it on PORT (8000)
	@scripts/run serve

build: setup ## build without serving
	@scripts/run build

test: ## every check; as root on Debian it installs what is missing
	@scripts/test

bench: ## measure beside the peers (in an environment of their own), and write docs/benchmarks.md; FULL=1 to 7 M junctions
	@scripts/bench-environment
	@[ -z "$(MIRROR)" ] || export ALENTOURS_MIRROR="$$(cd "$(MIRROR)" && pwd)"; \
	python=.make/bench/bin/python; [ -x $$python ] || python=.venv/bin/python; \
	$$python -m benchmarks $(if $(FULL),--full)

soak: ## hold a service under load while its snapshots and workers fail, kill builds at 40 points, damage the files of every source, and hold fields against brute force
	@scripts/setup test
	@[ -z "$(MIRROR)" ] || export ALENTOURS_MIRROR="$$(cd "$(MIRROR)" && pwd)"; .venv/bin/python -m benchmarks.soak

postgis: setup ## start a private PostGIS; its last line is a DATABASE_URL
	@.venv/bin/python scripts/postgis_cluster.py start

postgis-stop: ## stop the private PostGIS, keeping its data
	@.venv/bin/python scripts/postgis_cluster.py stop

lock: ## resolve the dependencies of pyproject.toml again
	@scripts/lock

clean: ## remove all that make made: environment, builds, raw files, store, snapshots, private PostGIS
	@[ ! -x .venv/bin/python ] || .venv/bin/python scripts/postgis_cluster.py remove
	rm -rf .venv .make frontend/node_modules frontend/dist data/cache data/raw data/store data/snapshots
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
