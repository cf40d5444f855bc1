# make demo    the hotline on this machine, with simulated callers and seats
# make test    everything that can be tested without a FreeSWITCH, and with one if it is found
# make lint    style, types, import rules
# make live    the tests on a real FreeSWITCH: FREESWITCH=/path/to/freeswitch, sipp on the PATH
# make chaos   1,000 faults on a hotline under load, one after the other; ARGS="--faults 100 --seed 7"
# make chaos-live  100 faults on a real FreeSWITCH: FREESWITCH=/path/to/freeswitch, sipp on the PATH
# make bench   every benchmark; writes docs/benchmarks.md
# make docs    the pages that are generated from the code

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ARGS ?=

.PHONY: demo test lint live chaos chaos-live bench docs clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^# //p' Makefile

$(READY): setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "switchd needs Python 3.11 or later; name one with make PYTHON=...")'
	@echo "setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check -e '.[test,lint,postgresql]'
	@touch $@

demo: $(READY)
	@$(BIN)/switchd demo $(ARGS)

# Three at a time, each file by one of them: most tests wait for something.
test: $(READY)
	$(BIN)/python -m pytest -n 3 --dist loadfile $(ARGS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

live: $(READY)
	@command -v "$${FREESWITCH:-freeswitch}" >/dev/null && command -v sipp >/dev/null || { \
	    echo "make live needs a FreeSWITCH (FREESWITCH=/path/to/freeswitch, or on the PATH)"; \
	    echo "and sipp (Debian and Ubuntu: apt install sip-tester)"; exit 1; }
	$(BIN)/python -m pytest -m live $(ARGS)

chaos: $(READY)
	$(BIN)/python -m tests.chaos $(ARGS)

chaos-live: $(READY)
	$(BIN)/python -m tests.chaos --live --faults 100 $(ARGS)

bench: $(READY)
	$(BIN)/python -m bench all --write docs/benchmarks.md

docs: $(READY)
	$(BIN)/python -m docs.generate

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis var
