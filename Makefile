# make run   train a GAN for a minute and show where its pictures are
# make test  lint, types, unit tests and every notebook
# make lab   open the lessons in JupyterLab
# make slides   turn the lessons into decks for a lecture, in build/slides; needs npm
# make references   train the reference runs, for days; stop it and call it again as you like
# Each makes the environment first, if need be: a virtual environment in .venv.

PYTHON ?= $(firstword $(foreach p,python3.13 python3.12 python3.11 python3 python,$(shell $(p) -c \
	'import sys; print("$(p)") if (3, 11) <= sys.version_info[:2] <= (3, 13) else None' 2>/dev/null)))
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: run lab slides references claims test lint unit exercises accidents notebooks notebooks-strict test-colab stored stamp clean

run: $(READY)
	$(BIN)/python -m ganlib train mnist-express --data auto

lab: $(READY)
	$(BIN)/jupyter lab --ServerApp.root_dir=. "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb?file-browser-path=/"

# Lessons may be chosen: make slides LESSONS="05 07"
slides: $(READY)
	$(BIN)/python tools/slides.py $(LESSONS)

# Goes on with a run that was stopped, publishes each run that has ended, and leaves those alone
# that were published. On a slow machine: make references EPOCHS=40; a larger number goes on later.
# The systems of `review`: make references REFERENCES="review-cgan review-mlp review-dcgan" EPOCHS=200
REFERENCES ?= svhn-baseline svhn-modified svhn-wgan mnist-modified mnist-baseline mnist-wgan
EPOCHS ?= 100

references: $(READY)
	set -e; for name in $(REFERENCES); do \
	  run=runs/references/$$name; \
	  if [ -f $$run/published-$(EPOCHS) ]; then continue; fi; \
	  if [ ! -f $$run/trained-$(EPOCHS) ]; then \
	    if [ -f $$run/run.json ]; then again=--resume; else again="--seed 0"; fi; \
	    TF_NUM_INTRAOP_THREADS=0 $(BIN)/python -m ganlib train $$name --epochs $(EPOCHS) --output $$run $$again; \
	    touch $$run/trained-$(EPOCHS); \
	  fi; \
	  $(BIN)/python tools/publish.py $$run; \
	  touch $$run/published-$(EPOCHS); \
	done

# What the reports claim: trains what the record lacks, and says so first, then renews every verdict
# in figures/CLAIMS.md. The record that ships lacks nothing: 12 seconds of one core. A run takes 65 to
# 170 (AMD EPYC, AVX2), all 102 nearly three hours.
claims: $(READY)
	$(BIN)/python benchmarks/claims.py

test: lint unit notebooks

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	MYPYPATH=benchmarks:tools $(BIN)/mypy --ignore-missing-imports benchmarks/*.py tools/*.py

unit: $(READY)
	$(BIN)/python -m pytest tests $(TOGETHER)

# The exercises' trainings in full: 20 minutes on two busy cores with AVX-512. `make unit` takes a
# twentieth of their steps and so does not see whether a solution reaches its score.
exercises: $(READY)
	GANLIB_EXERCISES=full $(BIN)/python -m pytest tests/test_notebooks.py -k "solution or starter" -n 2

# Kills runs at 50 random moments and fills the disk at 20 random writes; `make unit` does a few of
# these. Half an hour on two busy cores.
accidents: $(READY)
	$(BIN)/python tests/accidents.py --kills 50 --full 20

# Two processes share the tests, each file stays in one of them (nbval needs that). A process that
# crashes ends them all: replaced by another, it would leave pytest-xdist 3.8 waiting for ever.
TOGETHER ?= -n 2 --dist loadfile --max-worker-restart 0

# Minutes that each lesson trains when it is tested; a reader gets the lesson's own.
QUICK_MINUTES ?= 0.05

# Strictly: all outputs are compared but those with the tag nbval-ignore-output, which depend on
# data, time, machine or training. Your own runs are left alone.
notebooks notebooks-strict: $(READY)
	GANLIB_RUNS=runs/tested GANLIB_QUICK_MINUTES=$(QUICK_MINUTES) $(BIN)/python -m pytest $(if $(findstring strict,$@),--nbval,--nbval-lax) --nbval-current-env --nbval-cell-timeout 900 $(TOGETHER) notebooks

$(READY): pyproject.toml requirements.txt
	@test -n "$(strip $(PYTHON))" || { echo "make: Python 3.11, 3.12 or 3.13 is needed; give its path as PYTHON=…" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -r requirements.txt
	$(BIN)/python -m pip install --quiet -e .
	@touch $@

# The unit tests once more, with the versions that Colab has.
COLAB       := .venv-colab
COLAB_READY := $(COLAB)/.ready

test-colab: $(COLAB_READY)
	$(COLAB)/bin/python -m pytest tests $(TOGETHER) --deselect tests/test_notebooks.py

$(COLAB_READY): pyproject.toml colab-versions.txt
	$(PYTHON) -m venv $(COLAB)
	$(COLAB)/bin/python -m pip install --quiet --upgrade pip
	$(COLAB)/bin/python -m pip install --quiet -e . pytest pytest-xdist prdc -c colab-versions.txt
	@touch $@

# Run the notebooks and store them with what they show: on the real data, which must be there.
stored: $(READY)
	$(BIN)/python tools/store_notebooks.py
	$(BIN)/python tools/lessons.py

# Write the repository's address into badges and set-up cells: make stamp REPOSITORY=https://github.com/owner/name
stamp: $(READY)
	$(BIN)/python tools/stamp.py $(REPOSITORY)

clean:
	rm -rf $(VENV) $(COLAB) build *.egg-info
