# The commands of the project; each needs only Python 3.11 or later with venv.
PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test bench lint locked clean python

demo: $(VENV)/run
	@$(BIN)/python manage.py demo --port $(PORT)

# Killed workers want the machine for themselves, so they come after the rest.
KILLS := tests/faults/test_killed_workers.py

test: $(VENV)/dev
	@$(BIN)/python -m pytest -n auto --maxschedchunk 8 --ignore=$(KILLS)
	@$(BIN)/python -m pytest $(KILLS)
	@$(BIN)/python tests/on_services.py

# Ratios against the least one can do, on throwaway databases: `make bench ROWS=10000` is the short one.
ROWS ?= 10000,100000,1000000

bench: $(VENV)/dev
	@$(BIN)/python -m benchmarks.storing --rows $(ROWS)
	@$(BIN)/python -m benchmarks.payload
	@$(BIN)/python -m benchmarks.queueing
	@$(BIN)/python -m benchmarks.rolling_up --rows $(ROWS)
	@$(BIN)/python -m benchmarks.passing_time --rows $(ROWS)
	@$(BIN)/python -m benchmarks.clients --rows 10000
	@$(BIN)/python -m benchmarks.signing_in

lint: $(VENV)/dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy

# Only when pyproject.toml changed: pin everything again, with hashes and without index addresses.
locked:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-emit-index-url --no-emit-find-links pyproject.toml --output-file requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-emit-index-url --no-emit-find-links pyproject.toml --group dev --output-file requirements-dev.txt

clean:
	rm -rf $(VENV) var

$(VENV)/run: requirements.txt | python
	@echo "Installing what it runs on, about a minute the first time ..."
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { echo "A virtual environment could not be made in $(CURDIR): is python3-venv there, and may you write here?"; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
	@touch $@

$(VENV)/dev: requirements-dev.txt | python
	@echo "Installing what the tests need, about a minute the first time ..."
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { echo "A virtual environment could not be made in $(CURDIR): is python3-venv there, and may you write here?"; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@touch $@ $(VENV)/run

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; exit 1; }
	@test -w . || { echo "$(CURDIR) cannot be written: clone the project where you may write."; exit 1; }
