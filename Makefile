# Every command sets up what it needs, and does so again only when its inputs have changed.
PYTHON ?= python3
PORT ?= 8000
ROUNDS ?= 7
BIN := .venv/bin
INSTALLED := .venv/.installed
export NO_MKDOCS_2_WARNING := 1

BENCH_PYTHON ?= .venv-bench/bin/python

.PHONY: help serve build test lint equations mutations bench bench-browser lock clean

help:
	@echo "make serve   the site on http://127.0.0.1:$(PORT)/ in both languages, with live reload (PORT=8001 for another port)"
	@echo "make test    everything that is checked, in CPython and in real browsers"
	@echo "make build   the site in site/, for any static host (set BPDOCS_SITE_URL to its address)"
	@echo "make lint    linters and types"
	@echo "make equations  evaluate every displayed equation, and make a mistake in every symbol of them"
	@echo "make mutations  break every formula of the source, one at a time, and see a test fail"
	@echo "make bench   speed against PyTorch, as ratios (BENCH_PYTHON=... for a Python that has it)"
	@echo "make bench-browser  how fast a cell runs in the browser, against other systems (ROUNDS=7)"
	@echo "make lock    resolve requirements.txt anew from pyproject.toml"
	@echo "make clean   remove what was built here; the cache in the user's cache folder stays"

serve: $(INSTALLED)
	$(BIN)/mkdocs serve --dev-addr 127.0.0.1:$(PORT)

build: $(INSTALLED)
	$(BIN)/mkdocs build --strict

test: $(INSTALLED)
	$(BIN)/python tests/browser/browsers.py
	$(BIN)/python -m pytest

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -c "from bpdocs.site.node import run_node; run_node('node_modules/typescript/bin/tsc', '--project', '.')"

equations: $(INSTALLED)
	$(BIN)/python -m bpdocs.equations pages
	$(BIN)/python -m bpdocs.equations mutate docs/en

mutations: $(INSTALLED)
	$(BIN)/python tests/mutations.py

# Without OPENBLAS_CORETYPE, which old releases of OpenBLAS need on some machines and new ones are
# slowed by; PyTorch and JAX are needed here alone, so they have an environment of their own.
bench: $(if $(filter .venv-bench/%,$(BENCH_PYTHON)),.venv-bench/.installed)
	@failed=0; \
	for script in "training_step.py" "training_step.py --threads 1" "batch_size.py"; do \
	  env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE PYTHONPATH=src $(BENCH_PYTHON) bench/$$script || failed=1; \
	done; exit $$failed

# The other systems come from npm and pip, into folders of their own.
bench-browser: $(INSTALLED) .venv-bench/.browser
	$(BIN)/python tests/browser/browsers.py
	PYTHONPATH=tests/browser $(BIN)/python bench/browser_start.py --rounds $(ROUNDS) --variants

.venv-bench/.browser:
	test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet mkdocs-material==9.8.1 markdown-exec==1.12.6
	touch $@

.venv-bench/.installed:
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet numpy==2.4.3 threadpoolctl torch==2.13.0
	-.venv-bench/bin/pip install --quiet jax
	touch $@

# pip installs uv, and uv the rest, in seconds. uv does not read pip's settings, so the index is
# handed on; where uv cannot reach it, pip installs everything, in a minute.
$(INSTALLED): requirements.txt requirements-uv.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "bpdocs needs Python 3.11 or later, this is %d.%d. Name another one: make PYTHON=python3.12" % sys.version_info[:2])'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --no-deps --require-hashes --requirement requirements-uv.txt
	index=$$($(BIN)/pip config get global.index-url 2>/dev/null); \
	UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$index}}"; \
	if [ -n "$$UV_DEFAULT_INDEX" ]; then export UV_DEFAULT_INDEX; else unset UV_DEFAULT_INDEX; fi; \
	$(BIN)/uv pip sync --compile-bytecode --python .venv --require-hashes requirements.txt \
	|| { echo "uv could not install the packages; pip does it now."; \
	     $(BIN)/pip install --no-deps --require-hashes --requirement requirements.txt; }
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

lock:
	$(BIN)/pip install --quiet --no-deps --require-hashes --requirement requirements-uv.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --all-extras --upgrade --quiet pyproject.toml --output-file requirements.txt

clean:
	rm -rf .venv .venv-bench site build dist src/bpdocs/site/frontend/node_modules bench/browser/node_modules
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
