# Every target sets up what it needs: a virtual environment of its own in .venv, holding what requirements.lock
# names (checked against its hashes) and the project itself. PYTHON is any Python from 3.11 on.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
# Much of a test is waiting, for a letter, a page, a process: twice as many side by side as there are cores.
SIDE_BY_SIDE = $(shell $(BIN)/python -c "import os; print(2 * (os.cpu_count() or 1))")
PYTEST = .venv/bin/pytest -q -rs -n $(SIDE_BY_SIDE) --dist worksteal
LONG = $(PYTEST) -rP --long --timeout 7200
LOCALES := ja ja_Hira
EXTRACT := $(BIN)/pybabel -q extract --no-default-keywords --keywords Text --keywords t --no-wrap --sort-output \
	--omit-header --add-location file
UPDATE := $(BIN)/pybabel -q update --output-dir locales --no-fuzzy-matching --no-wrap --ignore-pot-creation-date

.PHONY: run test check clauses crash races fuzz year mutation catalogues pictures lock messages

# Without a token, the demo: the whole counter on a page in the browser.
run: $(READY)
	$(BIN)/madoguchi $(if $(MADOGUCHI_TOKEN),run,demo)

test: $(READY)
	$(PYTEST)

check: $(READY) catalogues pictures
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# Each clause of the terms: the code that keeps it and the tests that show it.
clauses: $(READY)
	$(BIN)/python -m tests.clauses

# The long runs of what `make test` proves briefly; `-rP` prints what was counted.
crash: $(READY)
	$(LONG) tests/test_crash.py

races: $(READY)
	$(LONG) tests/test_races*.py

fuzz: $(READY)
	$(LONG) tests/test_hostile_input.py tests/test_desk_hostile_forms.py tests/test_any_order.py

# A simulated year, drawn by lot from its seed (SEED=5 for another one).
SEED ?= 4
year: $(READY)
	$(BIN)/python -m tests.year --seed $(SEED)

# Half an hour: whether a test notices each small change to `flows`, or tests/mutation/survivors.md says why none does.
mutation: $(READY)
	$(BIN)/python -m tests.mutation

catalogues: $(READY)
	$(BIN)/pytest -q tests/test_words.py

pictures: $(READY)
	$(BIN)/pytest -q tests/test_pictures.py

# One lock for every Python from 3.11 on and every platform; it names no package index.
lock: .venv/bin/python
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet --output-file requirements.lock

# The sentences of the program into the template and the catalogues; the same program gives the same files.
messages: $(READY)
	$(EXTRACT) --mapping-file pyproject.toml --output-file locales/messages.pot .
	$(EXTRACT) --mapping-file locales/staff.toml --output-file locales/staff.pot .
	for locale in $(LOCALES); do $(UPDATE) --domain messages --input-file locales/messages.pot --locale $$locale || exit 1; done
	$(UPDATE) --domain staff --input-file locales/staff.pot --locale ja

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Madoguchi needs Python 3.11 or newer: make PYTHON=python3.x")'
	$(PYTHON) -m venv .venv

$(READY): .venv/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@
