# Every target sets itself up: a virtual environment in .venv with the locked dependencies.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
OUT ?= build/recording

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long lint types format generate record lock clean

help:  ## Show the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 14

setup: $(READY)  ## Make .venv with the locked dependencies.

$(READY): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "reconcile needs Python 3.11 or newer: call `make PYTHON=python3.12 …`" or 0)'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY)  ## Plan, apply and plan again against the embedded sandbox.
	@$(BIN)/reconcile demo

test: $(READY)  ## Run the tests.
	$(BIN)/python -m pytest -n auto -m "not long"

test-long: $(READY)  ## Run the heavy tests in their full counts.
	$(BIN)/python -m pytest -n auto -m long

lint: $(READY)  ## Check style and formatting.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)  ## Check types.
	$(BIN)/mypy

format: $(READY)  ## Format the code.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

generate: $(READY)  ## Write the page of rules and the JSON Schemas anew.
	$(BIN)/python tools/generate.py

record: $(READY)  ## Record what every command does, to compare before and after a refactoring.
	$(BIN)/python tools/record.py $(OUT)

lock: $(READY)  ## Lock the dependencies anew, with hashes and without an index address.
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o requirements-dev.txt

clean:  ## Remove what the other targets made.
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
