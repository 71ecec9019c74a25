# `make up` runs Perennial on this machine, `make test` checks everything. Both install what they need into .venv first,
# from the locks alone: pinned versions, checked by their hashes. A second run installs nothing. `make test` also needs
# Debian's chromium, and installs it where it may.

PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip --disable-pip-version-check install --quiet
CHROMIUM := /usr/bin/chromium-headless-shell
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --no-annotate

# Pull plugs on real processes and see that every term is paid once and no mail is lost or doubled: docs/chaos.md.
# QUICK=1 about two minutes; FULL=1 servers away for a minute; SCHEDULES=200; SEED=4711; ONLY='inside DATA'
CHAOS := $(if $(QUICK),--quick) $(if $(FULL),--full) $(if $(SCHEDULES),--schedules $(SCHEDULES)) $(if $(SEED),--seed $(SEED))

.PHONY: up test chaos bench pictures lock first-migration clean

up: .venv/installed
	@$(BIN)/perennial up

# Bytecode is kept whatever the environment says: else each of the many processes that tests start compiles all anew.
test: .venv/installed-dev $(CHROMIUM)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/deptry .
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -n 3 --dist worksteal

chaos: .venv/installed-dev
	$(BIN)/python -m chaos $(CHAOS) $(if $(ONLY),--only '$(ONLY)')

# Measure everything side by side and write docs/benchmarks.md, an hour: ONLY=renewal-day for one part
bench: .venv/installed-dev
	$(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY))

# Take the pictures of the handbook anew from a run of the example portfolio, two minutes.
pictures: .venv/installed-dev $(CHROMIUM)
	$(BIN)/python -m docs.pictures

# Resolve pyproject.toml anew into both locks; pins that still fit stay. All newer: make lock UPGRADE=--upgrade
lock: .venv/installed-dev
	$(COMPILE) $(UPGRADE) --extra build --output-file requirements.lock pyproject.toml
	$(COMPILE) $(UPGRADE) --all-extras --constraints requirements.lock --output-file requirements-dev.lock pyproject.toml

# While nothing is released: write the first migration anew from the tables in models/.
first-migration: .venv/installed-dev
	$(BIN)/python -m migrations.regenerate

# The environment and the caches; the local stack's data in .perennial stays.
clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	"Perennial needs Python 3.11 or later, this is " + sys.version.split()[0] + ": make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

.venv/installed: requirements.lock pyproject.toml | .venv/bin/python
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

# The browser that the tests drive, without the windows that nobody looks at, and letters for the Japanese pages.
$(CHROMIUM):
	@if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		echo "Installing chromium for the tests in a browser."; export DEBIAN_FRONTEND=noninteractive; \
		apt-get -qq update && apt-get -qq install --no-install-recommends chromium-headless-shell fonts-noto-cjk > /dev/null; \
	else \
		echo "The tests in a browser need Debian's chromium: apt-get install chromium-headless-shell fonts-noto-cjk" >&2; exit 1; \
	fi
