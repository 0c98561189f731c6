# Every target sets itself up: a virtual environment in .venv with the locked dependencies, from wheels alone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNNABLE := $(VENV)/.runnable
VENV_BENCH := .venv-bench
MEASURABLE := $(VENV_BENCH)/.ready
READY := $(VENV)/.ready
OUT ?= build/recording
# Three workers on two cores: many tests wait for a server or a process.
WORKERS = $(shell $(PYTHON) -c 'import os; cores = os.cpu_count() or 1; print(cores + (cores + 1) // 2)')
LOCKING := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long lint types format audit generate docs bench record dist lock clean

help:  ## Show the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 14

# Makes an environment anew, so that nothing stays that a lock no longer names: $(call install,FOLDER) LOCK
define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "reconcile needs Python 3.11 or newer: call `make PYTHON=python3.12 …`" or 0)'
	$(PYTHON) -I -m venv --clear $(1)
	$(1)/bin/python -I -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r
endef

# What the package needs to run, from this folder.
$(RUNNABLE): requirements.txt
	$(call install,$(VENV)) $<
	@touch $@

# What working on it needs, too; the package is installed so that changes of the code take effect at once.
$(READY): requirements-dev.txt requirements.txt pyproject.toml
	$(call install,$(VENV)) $<
	$(BIN)/python -I -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
	@touch $(RUNNABLE) $@

setup: $(READY)  ## Make .venv with all that the other targets need.

demo: $(RUNNABLE)  ## Plan, apply and plan again against the embedded sandbox.
	@$(BIN)/python -m reconcile demo
	@echo "Here, where nothing is installed, 'reconcile' is '$(BIN)/python -m reconcile'."

test: $(READY)  ## Run the tests.
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not long"

test-long: $(READY)  ## Run the heavy tests in their full counts.
	$(BIN)/python -m pytest -n auto --dist worksteal -m long

lint: $(READY)  ## Check style and formatting.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)  ## Check types.
	$(BIN)/mypy

format: $(READY)  ## Format the code.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

audit: $(READY)  ## Look for known vulnerabilities in what is locked.
	$(BIN)/python -I tools/audit_lock.py $(AUDIT)

generate: $(READY)  ## Write what is made from the code anew: references, tables, JSON Schemas.
	$(BIN)/python tools/generate.py

docs: $(READY)  ## Build the documentation as a site in build/site/; a warning is an error.
	$(BIN)/python -m sphinx -W --keep-going -n -q -d build/doctrees docs build/site
	@echo "Open build/site/index.html"

# octoDNS, which is measured beside reconcile, in an environment of its own.
$(MEASURABLE): bench/requirements.txt
	$(call install,$(VENV_BENCH)) $<
	@touch $@

# QUICK=1 measures at a twentieth of the size; the rest is of the last run if the code is the same.
bench: $(READY) $(MEASURABLE)  ## Measure, and write docs/performance.md; 25 minutes (QUICK=1: one).
	$(BIN)/python -m bench $(if $(QUICK),--quick)

record: $(READY)  ## Record what every command does, to compare before and after a refactoring.
	$(BIN)/python tools/record.py $(OUT)

dist: $(READY)  ## Make wheel and sdist of the last commit in dist/; the same commit gives the same bytes.
	rm -rf build/source dist
	mkdir -p build/source
	git archive HEAD | tar -x -C build/source
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -P -m build --no-isolation --outdir dist build/source

lock: $(READY)  ## Lock the dependencies anew, with hashes and without an index address.
	$(BIN)/uv pip compile $(LOCKING) pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile $(LOCKING) --constraint requirements.txt --extra dev pyproject.toml -o requirements-dev.txt
	$(BIN)/uv pip compile $(LOCKING) --constraint requirements.txt bench/requirements.in -o bench/requirements.txt

clean:  ## Remove what the other targets made.
	rm -rf $(VENV) $(VENV_BENCH) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
