# The course's commands. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup lab test quick redraws notebooks exercises claims datasets lint bench mutants nbgrader engines hub site print slides site-test \
  package bundle bundle-test clean

PORT ?= 8888
VENV := .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready
NBGRADER := .venv-nbgrader
MUTANTS := .venv-mutants
ENGINES := .venv-engines
SITE := .venv-site
HUB := .venv-hub
BUNDLE := .venv-bundle
PLATFORMS ?= windows macos macos-intel linux
PYTHONS ?= 3.11 3.12 3.13
MODULES ?=
SITE_OPTIONS ?=

help:  ## list the commands
	@echo "CLV Notebooks"
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -e 's/:.*## /|/' | awk -F'|' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: $(READY)  ## install everything into .venv (once; later commands do it by themselves)

$(READY): requirements.lock
	@python=""; \
	for candidate in $(BASE_PYTHON) python3 python3.13 python3.12 python3.11 python; do \
	  if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "CLV Notebooks needs Python 3.11 or newer, and none was found: install it from python.org, then run make again."; exit 1; \
	fi; \
	echo "Setting up in $(VENV) with $$($$python --version) (once; one to three minutes)"; \
	if command -v uv >/dev/null 2>&1; then \
	  $$python -m venv --clear --without-pip $(VENV) && \
	  uv pip install --python $(PYTHON) --require-hashes -r requirements.lock && \
	  uv pip install --python $(PYTHON) --no-deps --no-build-isolation -e .; \
	else \
	  $$python -m venv --clear $(VENV) || { echo "Python has no venv module here: on Debian or Ubuntu, install the package python3-venv, then run make again."; exit 1; }; \
	  $(PYTHON) -m pip install --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(PYTHON) -m pip install --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi || { echo "The set-up did not finish: see the message above. Running make again starts it over."; exit 1; }
	@mkdir -p $(VENV)/share/jupyter/lab/settings
	@cp .ci/jupyterlab_overrides.json $(VENV)/share/jupyter/lab/settings/overrides.json
	@touch $(READY)

lab: $(READY)  ## open the course in JupyterLab (PORT=8888)
	@echo "Starting JupyterLab; Ctrl-C here stops it. Your browser opens by itself; if not, use an address printed below."
	@JUPYTER_CONFIG_PATH=.ci $(PYTHON) -m jupyterlab --port=$(PORT) --allow-root

test: $(READY) lint  ## run every test
	@$(PYTHON) -m pytest @tests/everything.args

quick: $(READY)  ## run the tests that need no notebook, browser or sandbox
	@$(PYTHON) -m pytest @tests/quick.args

redraws: $(READY)  ## draw the synthetic sets 200 times more: do the lessons' conclusions hold?
	@REDRAWS=200 $(PYTHON) -m pytest -n 0 -q -s tests/test_redraws.py

lint: $(READY)  ## check style and types
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m ruff format --check
	@$(PYTHON) -m mypy

notebooks: $(READY)  ## run every lesson again and store its outputs
	@$(PYTHON) -m clvlib.course.notebooks notebooks

exercises: $(READY)  ## write the students' notebooks from exercises/keys
	@$(PYTHON) -m clvlib.course.notebooks exercises

claims: $(READY)  ## write the page of claims from datasets/claims.csv
	@$(PYTHON) -m clvlib.course.ledger

datasets: $(READY)  ## rebuild every dataset
	@$(PYTHON) datasets/build.py

bench: $(READY)  ## measure speed beside the usual alternatives
	@$(PYTHON) benchmarks/run.py

mutants: $(READY)  ## change the library bit by bit: do the tests notice? (hours; minutes with MODULES="value service")
	@if [ ! -x $(MUTANTS)/bin/mutmut ]; then \
	  echo "Setting up mutmut in $(MUTANTS), on top of $(VENV)"; \
	  $(call on_top_of_venv,$(MUTANTS)) && \
	  $(MUTANTS)/bin/python -m pip install --disable-pip-version-check --quiet 'mutmut==3.8.1'; \
	fi
	@$(MUTANTS)/bin/python tests/mutants.py $(MODULES)

# an environment of its own, with the packages of .venv and the course below
define on_top_of_venv
$(PYTHON) -m venv --clear $(1) && \
$(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("purelib"), "$(CURDIR)", sep="\n")' \
  > "$$($(1)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/course.pth"
endef

nbgrader: $(READY)  ## set up the optional environment that tests the nbgrader export
	@echo "Setting up nbgrader in $(NBGRADER), on top of $(VENV)"
	@$(call on_top_of_venv,$(NBGRADER))
	@$(NBGRADER)/bin/python -m pip install --disable-pip-version-check --quiet 'nbgrader>=0.9.6,<0.10'
	@$(NBGRADER)/bin/python -m ipykernel install --sys-prefix

engines: $(READY)  ## test logs in Polars, DuckDB, Arrow, Dask, Ibis and Spark (sets up an environment once)
	@java -version >/dev/null 2>&1 || { echo "Spark needs Java, and none was found: on Debian or Ubuntu, install the package openjdk-17-jre-headless, then run make engines again."; exit 1; }
	@if [ ! -e $(ENGINES)/.ready ]; then \
	  echo "Setting up the engines in $(ENGINES), on top of $(VENV)"; \
	  $(call on_top_of_venv,$(ENGINES)) && \
	  $(ENGINES)/bin/python -m pip install --disable-pip-version-check --quiet \
	    'dask[dataframe]>=2025.1' 'ibis-framework[duckdb]>=10' 'pyarrow>=18' 'pyspark>=4' && \
	  touch $(ENGINES)/.ready; \
	fi
	@CLV_ENGINES_REQUIRED=1 $(ENGINES)/bin/python -m pytest -n 0 -q -p no:nbval tests/test_engines.py

hub: $(READY)  ## two students on a JupyterHub, as docs/teaching/running.md sets one up (Linux, root; some minutes)
	@[ "$$(id -u)" -eq 0 ] || { echo "A hub starts each student's server as that student, so only root can try it: run sudo make hub."; exit 1; }
	@command -v npm >/dev/null || { echo "The hub's proxy needs npm, and none was found: on Debian or Ubuntu, install the package npm, then run make hub again."; exit 1; }
	@CLV_HUB=$(HUB) $(PYTHON) -m pytest -n 0 -q -s -p no:nbval tests/test_hub.py

$(SITE)/.ready: $(READY) docs/requirements.lock
	@echo "Setting up Sphinx in $(SITE), on top of $(VENV)"
	@$(call on_top_of_venv,$(SITE))
	@$(SITE)/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r docs/requirements.lock
	@touch $@

site: $(SITE)/.ready  ## build the site in docs/_build/html
	@$(SITE)/bin/python docs/rooms.py
	@$(SITE)/bin/python -m sphinx -W --keep-going --quiet --jobs auto $(SITE_OPTIONS) -c docs -d docs/_build/doctrees \
	  docs/_build/pages docs/_build/html
	@echo "The site is built: open docs/_build/html/index.html"

print: site  ## print the course and each lesson, as PDFs in docs/_build/print
	@$(SITE)/bin/python docs/paper.py

slides: $(SITE)/.ready  ## make the slides of each lesson in docs/_build/slides
	@$(SITE)/bin/python docs/slides.py

site-test: $(SITE)/.ready  ## build site, PDFs and slides, and walk through them in a browser
	@CLV_SITE_REQUIRED=1 $(SITE)/bin/python -m pytest -n 0 -q tests/test_site.py tests/test_slides.py

package: $(READY)  ## build clvlib's wheel and sdist in dist/, the same bytes everywhere
	@$(PYTHON) bundle/own_package.py dist

$(BUNDLE)/bin/python: $(READY)
	@$(call on_top_of_venv,$(BUNDLE))

bundle: $(BUNDLE)/bin/python  ## the course on a stick, for a class without a network (PLATFORMS="windows linux" PYTHONS="3.12")
	@$(BUNDLE)/bin/python bundle/bundle.py --platforms "$(PLATFORMS)" --pythons "$(PYTHONS)"

bundle-test: $(READY)  ## set the bundle up without a network, and run a lesson in it (needs bubblewrap, Chromium)
	@CLV_BUNDLE_REQUIRED=1 bwrap --dev-bind / / --unshare-net $(PYTHON) -m pytest -n 0 -q tests/test_bundle.py -k without_a_network

clean:  ## remove the set-up (your notebooks and progress stay)
	rm -rf $(VENV) $(NBGRADER) $(MUTANTS) $(ENGINES) $(SITE) $(HUB) $(BUNDLE) docs/_build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
