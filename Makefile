# Two commands set everything up on a fresh machine with Python ≥ 3.11: `make demo`, `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
RELEASE := $(VENV)/.release

.PHONY: demo test test-fast lint audit lock dist bench torture mutations clean

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'xlsync needs Python 3.11 or newer: make PYTHON=python3.12 …' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	$(BIN)/python -m compileall -q xlsync
	@touch $@

# The folder of a former demo is left alone: the demo says so, and stops.
demo: $(READY)
	$(BIN)/xlsync demo demo

# One file stays on one core: its tests share what is dear to make.
test: $(READY)
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

# Without office programs, browsers and what takes long: while one works on the code.
test-fast: $(READY)
	$(BIN)/python -m pytest -m "not client and not browser and not slow" --numprocesses auto --dist loadfile

lint: $(READY) audit
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

$(RELEASE): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[release]"
	@touch $@

# Known vulnerabilities of what a release is installed with; without a network nobody can say.
audit: $(RELEASE)
	@if $(BIN)/pip index versions pip >/dev/null 2>&1; \
	then $(BIN)/pip-audit --require-hashes --disable-pip --requirement requirements.lock; \
	else echo 'pip-audit: not asked, there is no network' >&2; fi

# The versions with which a release is tested, each with its hashes.
lock: $(RELEASE)
	$(BIN)/uv pip compile pyproject.toml --extra cluster --extra pdf --extra parquet --extra print --extra rollup --extra store --upgrade --quiet \
		--generate-hashes --universal --python-version 3.11 --custom-compile-command 'make lock' \
		--output-file requirements.lock

# The wheel, the same bytes from the same tree, with a bill of materials (CycloneDX) beside it.
dist: $(RELEASE)
	$(BIN)/hatchling build --target wheel
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
		--output-file "dist/xlsync-$$($(BIN)/hatchling version).cdx.json" requirements.lock

# Hostile files, damaged repositories, killed commands, coordinators at random; half an hour.
torture: $(RELEASE)
	cd benchmarks && PYTHONPATH=.. ../$(BIN)/python -m torture > ../docs/torture.md

bench: $(READY)
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done

# Drives a real LibreOffice over all samples, and writes docs/mutations.md.
mutations: $(READY)
	$(BIN)/python tests/support/mutations_table.py

clean:
	rm -rf $(VENV) demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
