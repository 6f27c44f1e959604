# Threshold Guide: what a checkout can do. `make` alone lists it.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PORT ?= 8000
HAND_OFF ?= 60
export PORT PYTHON CHROMIUM

PY := .venv/bin/python
ASSETS := web/static/vendor/LICENSE.txt

.PHONY: help install run test check lint bench train pack lock chromium

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

install: .venv/.run $(ASSETS)  ## the environment in .venv and the page components
	@:

run: install  ## practice mode on http://127.0.0.1:8000 (PORT=8123 for another port)
	@exec $(PY) -m web

test: install .venv/.test chromium  ## all tests (ARGS="-k danger" for some, CHROMIUM=none for all but the browser's)
	@$(PY) -m pytest $(if $(filter none,$(CHROMIUM)),-m "not browser") $(ARGS)

check: .venv/.run  ## every fault in trees and knowledge, with file and line
	@$(PY) -m bot check

lint: .venv/.test  ## ruff, mypy and the arrows of the house
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-logo

bench: install .venv/.test  ## how fast turns, starts, the review desk and hand-offs are (HAND_OFF=600: ten minutes of them)
	@$(PY) -m bench.turns
	@$(PY) -m bench.start
	@$(PY) -m bench.understanding
	@$(PY) -m bench.review
	@$(PY) -m bench.hand_off --seconds $(HAND_OFF)

train: .venv/.test  ## the learned layer of understanding anew from tests/conversations/ (fetches PyTorch, which is large)
	@$(PY) -c 'import torch' 2>/dev/null || $(PY) -m pip install --quiet --disable-pip-version-check -e '.[train]'
	@$(PY) -m bench.train_understanding

pack: install  ## a wheel of the program in dist/, and the trees on paper in dist/pack/
	@rm -rf dist && mkdir -p dist/pack
	@PYTHONWARNINGS=ignore $(PY) -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	@rm -rf build
	@for tree in $$(ls decision_trees | grep -v '^_' | sed -n 's/\.yaml$$//p'); do \
	  $(PY) -m bot show $$tree > dist/pack/$$tree.txt || exit 1; done
	@ls dist dist/pack

lock: .venv/.run  ## the lock files of requirements/ anew from setup.cfg
	@sh requirements/packages.sh requirements/lock.txt
	@sh requirements/lock.sh

.venv/bin/python:
	@sh requirements/environment.sh

.venv/.run: requirements/run.txt setup.cfg pyproject.toml | .venv/bin/python
	@echo "Installing what the program needs into .venv (a minute the first time)."
	@sh requirements/packages.sh requirements/run.txt
	@PYTHONWARNINGS=ignore $(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.test: requirements/test.txt .venv/.run
	@echo "Installing what the tests need into .venv (a minute the first time)."
	@sh requirements/packages.sh requirements/test.txt
	@touch $@

$(ASSETS): package.json package-lock.json web/assets.py requirements/node.txt | .venv/.run
	@echo "Installing the page components."
	@sh requirements/assets.sh
	@touch $@

chromium: .venv/.test
	@[ "$(CHROMIUM)" = none ] || sh requirements/chromium.sh
