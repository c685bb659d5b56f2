# Everything here also works without make; see README.md. Only git, make and Python 3.11 or newer are needed.

PYTHON ?= python3
GM_VENV ?= .venv
export GM_VENV
BIN := $(GM_VENV)/bin
RUN := $(BIN)/python -m

# One thread a process: more of them on few cores only wait for each other.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
# Where a machine says that compiled modules are not kept, each of our processes would compile the whole package again.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help environment reports test lab check lint goldens docs witnesses attacks mutants signs calibration bench forks proof wheelhouse clean

help:            ## what there is to make
	@sed -n 's/^\([a-z]*\):.*## /\1  /p' $(MAKEFILE_LIST) | while read name text; do printf '  %-12s %s\n' "$$name" "$$text"; done

environment:     ## the locked environment, if it is not current
	@$(PYTHON) install.py

reports: environment  ## the demonstration: synthetic deliveries, every report, the index
	$(BIN)/gm demo

test: environment  ## every test, the doctests, the notebooks; at least 90 % of lines covered
	$(RUN) pytest -n auto --maxprocesses 4 --dist worksteal --cov --cov-report=term:skip-covered

lab: environment  ## JupyterLab on notebooks/, for this machine only; the kernel is there at once
	$(RUN) gm_workbench.kernels.lab

lint: environment  ## format, lint, types and layers
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	$(BIN)/lint-imports

check: lint test  ## lint and test: what CI and pre-commit run

goldens: environment  ## execute the notebooks on a small synthetic delivery, into tests/notebooks/
	$(RUN) gm_workbench.batch.goldens

docs: environment  ## the pages on metrics, from their docstrings
	$(BIN)/python docs/metrics_pages.py

witnesses: environment  ## every number from outside beside ours; writes docs/witnesses.md
	$(BIN)/python tests/spec/witnesses.py

attacks: environment  ## every attack on what is released, with its rule on and off
	$(BIN)/python tests/attacks/table.py

mutants: environment  ## break lines of metrics and guard on purpose; tests must notice
	$(BIN)/python benchmarks/mutants.py

signs: environment  ## turn every sign behind the validation report; that report must notice
	$(BIN)/python benchmarks/mutants.py --validation

worlds: environment  ## what do reports claim in 200 draws of worlds with nothing, harm, or a tempting half?
	$(BIN)/python benchmarks/worlds.py

bench: environment  ## speed and memory as ratios to the plain way: reports, kernels, deciding, deliveries, panels, a whole network
	-$(BIN)/python benchmarks/engine.py
	-$(BIN)/python benchmarks/batch.py
	-$(BIN)/python benchmarks/reports.py
	-$(BIN)/python benchmarks/intake.py --alone 400000
	-$(BIN)/python benchmarks/panel.py
	-$(BIN)/python benchmarks/metrics.py
	-$(BIN)/python benchmarks/guard.py
	$(BIN)/python benchmarks/network.py

forks: environment  ## do kernels ever hang? 500 forks, each of which uses every library
	$(BIN)/python benchmarks/engine.py --no-reports --kernels 0 --forks 500

calibration: environment  ## do 95 % intervals hold what was planted 95 times in 100? goes on where it was cut
	$(BIN)/python benchmarks/calibration.py

proof: calibration worlds mutants signs forks  ## what is too long for CI: calibration, worlds, mutants, more of the tests
	rm -rf .cache/proof
	$(PYTHON) install.py --make-wheelhouse wheelhouse
	GM_VENV=.cache/proof/venv PIP_NO_INDEX=1 UV_OFFLINE=1 $(PYTHON) install.py --wheelhouse wheelhouse
	.cache/proof/venv/bin/gm studies
	rm -rf .cache/proof
	$(RUN) pytest -m proof -n auto --maxprocesses 4

wheelhouse: environment  ## every package in wheelhouse/, for an install without internet
	$(PYTHON) install.py --make-wheelhouse wheelhouse

clean:           ## remove what can be made again; reports and deliveries stay
	rm -rf .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage .coverage.* build dist
