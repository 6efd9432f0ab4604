# Each target does its own set-up: a virtual environment in .venv, installed once and again when what it is built from changes.
#
#   make demo     the demo: servers, clients, live capture and the dashboard (ARGS="--no-browser --port 8800")
#   make test     every test: the engine compiled and plain, the page's modules, and the dashboard in a browser; runs all of
#                 these parts, also after one has failed
#   make test-lowest  the tests with the oldest libraries that pyproject.toml allows, in .venv-lowest, on plain Python;
#   make test-newest  the same with the newest ones, in .venv-newest (PYTHON=python3.13 for another Python)
#   make mutate   puts small faults into a copy of the sources and counts those that no test sees (ARGS="--count 50 --seed 2")
#   make check    format, lint, types: what CI runs before the tests
#   make bench    every program on the same captures in the same run; writes docs/benchmarks.md (ARGS="--quick" to try)
#   make bench-page  the page in Chromium, on a million packets and live; writes docs/benchmarks-page.md
#   make release  builds into dist what is published: source, a compiled wheel for this Python, a plain wheel, a list of parts (SBOM)
#   make docs     what is made from the code: tables of the documentation, the man page, the page's facts.js
#   make format   let ruff and deno put the format right
#   make clean    remove what was built, .venv included

PYTHON ?= python3
ARGS ?=
WORKERS ?= 2

venv := .venv
bin := $(venv)/bin
pip := $(bin)/python -m pip --quiet --disable-pip-version-check
hot := $(shell grep -rl '^import cython$$' --include='*.py' inspector) $(shell find inspector -name '*.pxd')
# What the hot modules decide is tested a second time on plain Python.
plain_tests := tests/pcap tests/live tests/wire tests/tcp tests/http tests/websocket tests/content tests/tables \
  tests/engine tests/views/story tests/tshark/test_segments.py
# What a browser shows of libraries of other versions: the demo with its chat, and the live feed.
browser_tests_of_libraries := tests/browser/test_demo.py tests/browser/test_feed.py
page_tests := $(wildcard tests/page/*.test.mjs tests/page/*/*.test.mjs)

.PHONY: demo test test-python test-plain test-page test-browser test-lowest test-newest mutate check bench bench-page release docs format clean install install-dev

# Runs a command in a process group of its own, so that it can be ended with all that it has started.
own_group := $(bin)/python -c 'import os, sys; os.setpgid(0, 0); os.execvp(sys.argv[1], sys.argv[1:])'

# Where the engine has yet to be compiled, the demo runs on plain Python at once. The compiler works beside it, ends with it, and puts
# the modules in place when all are done: the next start uses them.
demo: $(venv)/.installed
	@if ! command -v "$${CC:-cc}" >/dev/null || $(MAKE) --no-print-directory --question $(venv)/.compiled; then \
	  $(MAKE) --silent $(venv)/.compiled && exec $(bin)/wireglass demo $(ARGS); \
	fi; \
	echo "Starting on plain Python; compiling the engine in the background, for the next start ..."; \
	WIREGLASS_COMPILE=background $(own_group) nice -n 19 $(MAKE) --silent $(venv)/.compiled & compiler=$$!; \
	{ trap '' HUP; while kill -0 $$$$ && kill -0 $$compiler; do sleep 0.2; done; kill -- -$$compiler; } 2>/dev/null & \
	WIREGLASS_PLAIN=1 exec $(bin)/wireglass demo $(ARGS)

parts := test-python test-plain test-page test-browser

test: $(venv)/.installed-dev $(venv)/.compiled
	@failed=; for part in $(parts); do $(MAKE) --no-print-directory $$part || failed="$$failed $$part"; done; \
	  [ -z "$$failed" ] || { echo "make test: these parts failed:$$failed" >&2; exit 1; }

test-python: $(venv)/.installed-dev $(venv)/.compiled
	$(bin)/python -m pytest -n $(WORKERS) --dist loadfile --ignore=tests/browser $(ARGS)

test-browser: $(venv)/.installed-dev $(venv)/.compiled
	$(bin)/python -m pytest -n $(WORKERS) --dist loadfile tests/browser $(ARGS)

test-plain: $(venv)/.installed-dev
	WIREGLASS_PLAIN=1 $(bin)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS) $(wildcard $(plain_tests))

test-page:
	@command -v node >/dev/null || { echo "make test-page: node is missing; install it (Debian: apt install nodejs)" >&2; exit 1; }
	node --test $(page_tests)

test-lowest: libraries := PIP_CONSTRAINT=.venv-lowest/constraints.txt
test-newest: libraries := PIP_UPGRADE_STRATEGY=eager PIP_UPGRADE=1
test-lowest test-newest: test-%:
	$(PYTHON) -m venv --clear .venv-$*
	$(PYTHON) tests/lowest.py test >.venv-$*/constraints.txt
	$(libraries) WIREGLASS_COMPILE=0 .venv-$*/bin/python -m pip --quiet --disable-pip-version-check install --editable '.[test]'
	WIREGLASS_PLAIN=1 .venv-$*/bin/python -m pytest -n $(WORKERS) --dist loadfile --ignore=tests/browser $(ARGS)
	WIREGLASS_PLAIN=1 .venv-$*/bin/python -m pytest $(browser_tests_of_libraries)

mutate: $(venv)/.installed-dev $(venv)/.compiled
	$(bin)/python -m tests.mutation $(ARGS)

check: $(venv)/.installed-dev
	$(bin)/ruff format --check
	$(bin)/ruff check
	$(bin)/mypy
	$(bin)/deno fmt --check
	$(bin)/deno lint
	$(bin)/deno check --quiet web/static

bench: $(venv)/.installed-bench $(venv)/.compiled
	$(bin)/python -m tests.bench $(ARGS)

bench-page: $(venv)/.installed-dev $(venv)/.compiled
	$(bin)/python -m tests.bench.browser $(ARGS)

release: $(venv)/.installed-release $(venv)/.compiled
	$(bin)/python -m tests.release

docs: $(venv)/.installed
	$(bin)/python docs/anomalies_table.py
	$(bin)/python docs/filter_fields.py
	$(bin)/python docs/scenarios_page.py
	$(bin)/python docs/man_page.py
	$(bin)/python -m web.page_facts

format: $(venv)/.installed-dev
	$(bin)/ruff format
	$(bin)/ruff check --fix
	$(bin)/deno fmt

install: $(venv)/.compiled

install-dev: $(venv)/.installed-dev $(venv)/.compiled

clean:
	rm -rf $(venv) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find inspector web tests -name __pycache__ -prune -exec rm -rf {} +
	find inspector -name '*.so' -delete

$(venv)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Wireglass needs Python 3.11 or newer, and '$(PYTHON)' is not one. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make a virtual environment. Install its venv package first (Debian, Ubuntu: apt install python3-venv)." >&2; exit 1; }
	@echo "Making $(venv) with $$($(PYTHON) -V) ..."
	@$(PYTHON) -m venv $(venv)
	@touch $@

$(venv)/.installed: $(venv)/.made pyproject.toml
	@echo "Installing Wireglass and what it needs into $(venv) (once; a minute or so) ..."
	@$(pip) install --no-compile 'setuptools>=77.0.1' 'Cython>=3.2'
	@WIREGLASS_COMPILE=0 $(pip) install --no-compile --no-build-isolation --editable .
	@touch $@

$(venv)/.installed-dev: $(venv)/.installed
	@echo "Installing the tools for tests and checks into $(venv) ..."
	@WIREGLASS_COMPILE=0 $(pip) install --no-build-isolation --editable '.[dev]'
	@touch $@

$(venv)/.installed-bench: $(venv)/.installed
	@echo "Installing the libraries to be measured against into $(venv) ..."
	@WIREGLASS_COMPILE=0 $(pip) install --no-build-isolation --editable '.[bench]'
	@touch $@

$(venv)/.installed-release: $(venv)/.installed
	@echo "Installing the tools for a release into $(venv) ..."
	@WIREGLASS_COMPILE=0 $(pip) install --no-build-isolation --editable '.[release]'
	@touch $@

$(venv)/.compiled: $(venv)/.installed setup.py $(hot)
	@if command -v "$${CC:-cc}" >/dev/null; then \
	  echo "Compiling the hot modules (once; a minute or two) ..."; $(bin)/python setup.py --quiet build_ext --inplace; \
	else echo "No C compiler here: the engine runs as plain Python, right but slower."; fi
	@$(bin)/python -m compileall -q inspector web
	@$(bin)/python -m compileall -q $(venv)/lib >/dev/null || true # the byte code that pip left out, to be done sooner
	@touch $@
