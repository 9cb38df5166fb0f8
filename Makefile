# Every habit of the project in one place: `make help`. All targets make .venv first and do nothing twice.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo run test check format bench shots docs requirements frontend clean

BIN := .venv/bin
READY := .venv/.ready
ARGS ?=
WORKERS ?= auto

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv: system libraries, Python packages, front-end files
$(READY): requirements/dev.txt setup.cfg setup.py pyproject.toml package-lock.json core/bezant/web/icons.txt $(wildcard tools/*) $(wildcard plugins/*/__init__.py)
	@tools/setup
	@touch $@

DOCS_READY := .venv/.docs-ready
$(DOCS_READY): requirements/docs.txt $(READY)
	@tools/setup docs
	@touch $@

demo: setup ## bill a year of flights to 16 airlines, then serve it (ARGS=--no-serve: only bill)
	@$(BIN)/bezant demo $(ARGS)

run: setup ## web server and worker in one process
	@$(BIN)/bezant run $(ARGS)

test: setup ## all tests, on SQLite and PostgreSQL (ARGS="-k ledger --db sqlite" narrows, WORKERS=0 stays in one process)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: setup ## format, lint, types, imports, generated pages
	@tools/check

format: setup ## put the sources into shape
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: setup ## measure speed (ARGS=--help)
	@$(BIN)/python -m bench $(ARGS)

shots: $(DOCS_READY) ## pictures of the main pages, light and dark, into docs/shots
	@$(BIN)/python tools/shots.py $(ARGS)

docs: $(DOCS_READY) ## build the documentation into site/
	@$(BIN)/mkdocs build --strict $(ARGS)

requirements: setup ## compile requirements/*.txt from setup.cfg, keeping present pins (ARGS=--upgrade renews them)
	@tools/compile-requirements $(ARGS)

frontend: setup ## fetch the front-end files anew
	@$(BIN)/python tools/frontend.py --force

clean: ## remove what building and testing made; .venv and data stay
	@rm -rf build dist site node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache core/bezant/web/static/vendor
	@find . -path ./.venv -prune -o -name __pycache__ -type d -exec rm -rf {} +
	@find . -path ./.venv -prune -o -name '*.egg-info' -type d -exec rm -rf {} +
	@rm -f $(READY) $(DOCS_READY)
