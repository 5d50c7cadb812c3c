# Two commands for a newcomer: `make demo` and `make test`. Everything else is for developers.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Compiling costs more than half of a program's start: it is done once, and kept where no checkout sees it.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(VENV)/bytecode
PUPILS ?= 2000
KILLS ?= 1000
MESSAGES ?= 5000
SEED ?= 1
REPORT ?= var/season-report.json
WORKERS ?= 2
DURATION ?= 120
SAMPLE ?= commit
BESIDE_SERVERS := VAR_DIR=var/test $(BIN)/python -m portal.embedded run --scratch --
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: audit chaos codes help demo season test soak lint bench load run clean vendor lock messages coverage

help:  ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/runtime: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv 2>/dev/null || true
	@if test -x $(BIN)/uv; then $(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements.txt; \
	 else $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt; fi
	@touch $@

$(VENV)/dev: $(VENV)/runtime requirements-dev.txt
	@if test -x $(BIN)/uv; then $(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements-dev.txt; \
	 else $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt; fi
	@touch $@

$(VENV)/quality: $(VENV)/dev tests/quality/package-lock.json
	@PATH="$(CURDIR)/$(BIN):$$PATH" PUPPETEER_SKIP_DOWNLOAD=1 npm ci --prefix tests/quality --silent --no-audit --no-fund --ignore-scripts
	@touch $@

demo: $(VENV)/runtime  ## install, play a season of a synthetic city, open the site (PORT=8000)
	@$(BIN)/python -m portal.supervisor serve --demo

run: $(VENV)/runtime  ## open the site on what is in var/
	@$(BIN)/python -m portal.supervisor serve

season: $(VENV)/runtime  ## play a season head-less from nothing: PUPILS=2000 SEED=1 REPORT=file
	@PUPILS="$(PUPILS)" SEED="$(SEED)" REPORT="$(REPORT)" PYTHON="$(BIN)/python" sh scripts/season.sh

test: $(VENV)/dev $(VENV)/quality lint  ## everything but the soaks, of which a sample by the commit (SAMPLE=seed draws another)
	@$(BIN)/python scripts/browser.py
	@SAMPLE=$(SAMPLE) $(BESIDE_SERVERS) $(PYTEST) $(ARGS) || { test $$? -eq 1 \
	 && SAMPLE=$(SAMPLE) $(BESIDE_SERVERS) $(BIN)/python -m tests.again; }

soak: $(VENV)/dev $(VENV)/quality  ## all tests with every soak: whole seasons, kills, each page measured in each look
	@$(BIN)/python scripts/browser.py
	@SAMPLE=all $(BESIDE_SERVERS) $(PYTEST) $(ARGS)

chaos: $(VENV)/dev  ## kill the workers of the outbox while a carrier misbehaves, count every text: KILLS=1000 MESSAGES=5000
	@mkdir -p var; FOLDER=$$(mktemp -d var/chaos.XXXXXX); trap 'rm -rf "$$FOLDER"' EXIT; VAR_DIR=$$FOLDER \
	 $(BIN)/python -m portal.embedded run --scratch -- $(BIN)/python -m tests.notifications.chaos $(KILLS) $(MESSAGES) $(SEED)

coverage: $(VENV)/dev  ## the tests again, with line and branch coverage
	@SAMPLE=$(SAMPLE) $(BESIDE_SERVERS) $(PYTEST) --cov --cov-report=term $(ARGS)

lint: $(VENV)/dev  ## ruff, mypy, import-linter, djlint, deptry, migrations, catalogue
	@$(BIN)/python scripts/lint.py

audit: $(VENV)/dev  ## ask PyPI which pinned packages have known faults (needs the internet, so it is no part of lint)
	@$(BIN)/pip-audit --requirement requirements.txt --requirement requirements-dev.txt --disable-pip --require-hashes

bench: $(VENV)/dev  ## measure ratios against a floor: bench/report.json and docs/performance.md
	@$(BIN)/python -m bench

load: $(VENV)/dev  ## families and visitors against the whole site: DURATION=120 a phase (docs/load.md)
	@DURATION="$(DURATION)" FAMILIES="$(FAMILIES)" $(BIN)/python -m bench.load

codes: $(VENV)/runtime  ## demonstration accounts with fresh one-time codes (while it runs)
	@DEMO=1 $(BIN)/python manage.py demo_guide

messages: $(VENV)/runtime  ## collect texts, say which lack a translation
	@$(BIN)/python manage.py messages

vendor:  ## fetch the front-end files named in static/vendor/VERSIONS from npm
	@sh scripts/vendor.sh

lock: $(VENV)/runtime  ## pin requirements.in and requirements-dev.in again
	@for name in requirements requirements-dev; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url $$name.in -o $$name.txt; done

clean:  ## remove var/ and the virtual environment (documents and data too)
	@rm -rf var $(VENV)
