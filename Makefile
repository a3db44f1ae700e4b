# Everything a developer and the continuous integration run. Only python3, python3-venv and make are needed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip --quiet --quiet --no-input --disable-pip-version-check install
# on as many processors as there are, up to four: the servers need some too
PARALLEL := --numprocesses auto --maxprocesses 4 --dist worksteal
LINTED := $(wildcard transfer dialects mappings tests benchmarks)

# tests start the command a hundred times: it is compiled once, as where it is installed
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# the targets share one environment
.NOTPARALLEL:
.PHONY: help demo test fast soak bench lint types format docs clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(VENV)/demo  ## copy a small database and look at it; needs no server
	@$(BIN)/dbtransfer demo

test: $(VENV)/test  ## all tests but the soak tests; starts PostgreSQL, MariaDB and MySQL of its own
	@$(BIN)/python -m pytest $(PARALLEL)

fast: $(VENV)/test  ## the tests that need no server
	@$(BIN)/python -m pytest $(PARALLEL) -m "not servers and not soak"

soak: $(VENV)/test  ## the full-size tests
	@$(BIN)/python -m pytest -m soak

bench: $(VENV)/test  ## measure
	@$(BIN)/python -m benchmarks

lint: $(VENV)/lint  ## ruff: mistakes and layout
	@$(BIN)/ruff check --quiet $(LINTED)
	@$(BIN)/ruff format --quiet --check $(LINTED)

types: $(VENV)/lint $(VENV)/test  ## mypy, strict
	@$(BIN)/mypy
	@$(BIN)/mypy --strict tests/conftest.py tests/servers

format: $(VENV)/lint  ## put the layout right
	@$(BIN)/ruff check --quiet --fix $(LINTED)
	@$(BIN)/ruff format --quiet $(LINTED)

docs: $(VENV)/test  ## write docs/types.md and docs/report.schema.json from the code itself
	@$(BIN)/python -m tests.types_page
	@$(BIN)/python -m tests.report.schema

clean:  ## remove what was made, but not the fetched servers
	@rm -rf $(VENV) build *.egg-info .demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# the files below say what is installed in the environment; it is made anew when the requirements change

$(VENV)/demo: $(VENV)/made
	@echo "installing dbtransfer"
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/test: $(VENV)/made
	@echo "installing dbtransfer with its drivers and what the tests need"
	@$(INSTALL) --editable '.[all,test]'
	@touch $@

$(VENV)/lint: $(VENV)/made
	@echo "installing the linters"
	@$(INSTALL) --editable '.[lint]'
	@touch $@

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
TOO_OLD := Python 3.11 or newer is needed; name one: make PYTHON=/path/to/python3.11
ADD_VENV := apt-get update && apt-get install -y python3-venv

# Debian and Ubuntu pack ensurepip apart from Python
$(VENV)/made: setup.cfg pyproject.toml
	@$(PYTHON) -c '$(NEW_ENOUGH)' 2>/dev/null || { echo "$(TOO_OLD)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing python3-venv"; \
	    export DEBIAN_FRONTEND=noninteractive; { $(ADD_VENV); } >/dev/null; \
	  else \
	    echo "Python's venv is incomplete; run: sudo sh -c '$(ADD_VENV)'" >&2; exit 1; \
	  fi; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@touch $@
