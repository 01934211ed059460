# A bare machine with Python 3.11 or newer, git and make -> a demo, a tested checkout, figures.

SHELL = /bin/sh
PYTHON ?= python3
BIN = .venv/bin
TEAM = demo/team/fivetimes.toml
FIVETIMES = FIVETIMES_HOME=demo/home $(BIN)/fivetimes
DRAFTED = import json, sys; print(*(c["id"] for c in json.load(open(sys.argv[1]))["candidates"] if c["tier"] != "noticed"))

# axe-core for the browser tests, unmodified, from a package of which nothing else is used: its own needs are left out
AXE = $(BIN)/python -m pip install --quiet --constraint constraints.txt --no-deps axe-playwright-python

export PIP_DISABLE_PIP_VERSION_CHECK = 1
# more for pip install: with PIP_OPTIONS=--no-compile only what is loaded is compiled, when it is
PIP_OPTIONS =

.PHONY: help demo pictures test test-spark overlaps check kernels bench bench-first bench-growth bench-recovery bench-world bench-team bench-drafts bench-follow bench-replay bench-privacy bench-readers bench-mining bench-real bench-spark leaks canaries faults kills fuzz fuzz-readers bombs

help:
	@echo "make demo            scan the sample team, write a report and drafts into demo/"
	@echo "make pictures        the pictures of the README, by a headless Chromium"
	@echo "make test            run every test and the notebooks"
	@echo "make test-spark      the pattern miner on a local Spark session; installs PySpark, needs Java 17"
	@echo "make bench-spark     many teams on two local Spark workers, from 10^5 to 10^7 events; installs PySpark; SIZES='1 4', WORK, MEMORY"
	@echo "make coverage        run every test and say which lines none of them reaches"
	@echo "make check           format, lint, types, imports, dependencies, words and links; runs nothing of ours"
	@echo "make kernels         compile the loops of the search (src/fivetimes/kernels/kernels.c) anew"
	@echo "make bench           speed and size on the simulated year of a team of 60"
	@echo "make bench-first     CPU of the first minute: first scan, later scan, status, --help, beside others"
	@echo "make bench-growth    what a scan costs by the size of the history, with a picture"
	@echo "make leaks           planted secrets, names and numbers through every source into every output: none may come out [CORPUS=file.jsonl]"
	@echo "make faults          kill -9, failing disks, power cuts, wrong bits: what is left of memory, scans, drafts, ledger; ONLY, needs cc"
	@echo "make fuzz            a million mangled lines through redaction"
	@echo "make bench-privacy   what redaction costs and keeps [CORPUS=file.jsonl]"
	@echo "make bench-readers   what reading costs beside a bare loop, and its memory for files of 1 GB"
	@echo "make overlaps        one history over many files: 1,000 plans of overlaps, formats and orders"
	@echo "make canaries        10,000 exports that delete and overwrite, in a sandbox in which every file is a canary; TIMES, SEED"
	@echo "make kills           two hundred runs of a conductor, each killed at random times"
	@echo "make fuzz-readers    100,000 damaged inputs per reader, half of them damaged in structure [SECONDS=25 per reader]"
	@echo "make bombs           small sources that are made to cost much: seconds, memory, and the sentence of each"
	@echo "make bench-recovery  how many planted routines are found, beside two baselines; SEEDS='1 2', LABELLED=folder"
	@echo "make bench-world     the same in a harder world, a condition at a time; SEEDS, ONLY='plain days1' (or all), LIBRARY=other, WORK"
	@echo "make bench-real      what is found in real repositories and logs: few, distinct, seen again? [WORK=folder]"
	@echo "make bench-team      what people find who scan alone and share, beside one scan of all; SEEDS, ONLY=\"plain 'crew 4'\""
	@echo "make bench-drafts    whether drafts hold what was planted: steps, alternatives, repeats, data flow, gates"
	@echo "make bench-follow    whether follow finds what became of conductors: used, bypassed, dropped, drifting; SEEDS, LIBRARY=other"
	@echo "make bench-replay    whether drafts give back what was typed in later runs; SEEDS, ONLY='plain scripts1' (or all), LIBRARY=other, WORK"
	@echo "make bench-mining    the pattern miner beside its peers, which it installs; WORK, SPMF, SUPPORT choose"

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "fivetimes needs Python 3.11 or newer as $(PYTHON). Name another one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make a virtual environment. Install its venv package"; \
	  echo "(Debian and Ubuntu: apt install python3-venv) and call make again."; exit 1; }
	$(PYTHON) -m venv .venv

# the stamps make a second call quick; a changed pyproject.toml or constraints.txt installs anew
.venv/.installed: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet $(PIP_OPTIONS) --constraint constraints.txt --editable .
	@touch $@

.venv/.installed-dev: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet $(PIP_OPTIONS) --constraint constraints.txt --editable '.[dev]'
	$(AXE)
	@touch .venv/.installed $@

demo: .venv/.installed
	@rm -rf demo/drafts
	$(BIN)/python fixtures/build.py fixtures/teams/atelier demo/team
	$(FIVETIMES) scan --config $(TEAM) --yes
	$(FIVETIMES) report --config $(TEAM) --html demo/report.html --json demo/report.json
	$(FIVETIMES) draft $$($(BIN)/python -c '$(DRAFTED)' demo/report.json) --config $(TEAM) -o demo/drafts

pictures: .venv/.installed-dev demo
	PYTHONPATH=tests:. $(BIN)/python tools/pictures.py $(TEAM) demo/report.html docs/pictures

.venv/.installed-spark: pyproject.toml constraints.txt .venv/.installed-dev
	$(BIN)/python -m pip install --quiet $(PIP_OPTIONS) --constraint constraints.txt --editable '.[dev,spark]'
	@touch $@

test-spark: .venv/.installed-spark
	@java -version >/dev/null 2>&1 || { echo "Spark needs Java 17 or newer as java (Debian: apt install openjdk-17-jre-headless)."; exit 1; }
	$(BIN)/pytest -m spark tests/spark

# WORK keeps the teams that were made; MEMORY bounds each worker's Python
bench-spark: .venv/.installed-spark
	@java -version >/dev/null 2>&1 || { echo "Spark needs Java 17 or newer as java (Debian: apt install openjdk-17-jre-headless)."; exit 1; }
	$(BIN)/python -m benchmarks.company $(if $(SIZES),--sizes $(SIZES)) $(if $(WORK),--work $(WORK)) $(if $(MEMORY),--memory $(MEMORY))

# a notebook's kernel keeps its own files in the environment, not in the home folder
test: .venv/.installed-dev
	IPYTHONDIR=$(CURDIR)/.venv/run JUPYTER_RUNTIME_DIR=$(CURDIR)/.venv/run MPLCONFIGDIR=$(CURDIR)/.venv/run \
	  $(BIN)/pytest -n auto --dist worksteal --nbmake

coverage: .venv/.installed-dev
	$(BIN)/pytest -n auto --dist worksteal --cov --cov-report=term:skip-covered

check: .venv/.installed-dev
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src
	$(BIN)/python tools/check_docs.py

bench: .venv/.installed-dev
	$(BIN)/python -m benchmarks.speed

# the C compiler of a package, by itself: nothing else of ours needs it, and its version decides the bytes
.venv/kernels/.installed: | .venv/bin/python
	$(PYTHON) -m venv .venv/kernels
	.venv/kernels/bin/python -m pip install --quiet 'ziglang==0.17.1'
	@touch $@

kernels: .venv/kernels/.installed
	.venv/kernels/bin/python tools/build_kernels.py

bench-first: .venv/.installed-dev
	$(BIN)/python -m benchmarks.first

bench-growth: .venv/.installed-dev
	$(BIN)/python -m benchmarks.growth

bench-recovery: .venv/.installed-dev
	$(BIN)/python -m benchmarks.recovery $(if $(SEEDS),--seeds $(SEEDS)) $(if $(LABELLED),--labelled $(LABELLED))

# WORK keeps what was measured; a later call goes on from there
bench-world: .venv/.installed-dev
	$(BIN)/python -m benchmarks.world.matrix $(if $(SEEDS),--seeds $(SEEDS)) $(if $(ONLY),--only $(ONLY)) \
	  $(if $(LIBRARY),--library $(LIBRARY)) $(if $(WORK),--work $(WORK))

bench-team: .venv/.installed-dev
	$(BIN)/python -m benchmarks.sharing $(if $(SEEDS),--seeds $(SEEDS)) $(if $(ONLY),--settings $(ONLY))

bench-follow: .venv/.installed-dev
	$(BIN)/python -m benchmarks.following $(if $(SEEDS),--seeds $(SEEDS)) $(if $(LIBRARY),--library $(LIBRARY))
	$(BIN)/python -m benchmarks.following --nothing --seeds 1 2 3 4 5 6 7 8 9 10 $(if $(LIBRARY),--library $(LIBRARY))

bench-drafts: .venv/.installed-dev
	$(BIN)/python -m benchmarks.drafts
	$(BIN)/python -m benchmarks.drafts --stress

# WORK: a folder whose repositories and logs are drafted from instead of simulated teams
bench-replay: .venv/.installed-dev
	$(BIN)/python -m benchmarks.replay $(if $(SEEDS),--seeds $(SEEDS)) $(if $(ONLY),--only $(ONLY)) \
	  $(if $(LIBRARY),--library $(LIBRARY)) $(if $(WORK),. $(wildcard $(WORK)/*))

# WORK: a folder whose repositories and logs are scanned besides this repository
bench-real: .venv/.installed-dev
	$(BIN)/python -m benchmarks.real . $(if $(WORK),$(wildcard $(WORK)/*))

# peers live by themselves: their licences and their demands on pandas are no matter of ours
.venv/peers/.installed: | .venv/bin/python
	$(PYTHON) -m venv .venv/peers
	@for peer in prefixspan==0.5.2 seq2pat==2.0.0 'pyspark==4.3.0'; do \
	  .venv/peers/bin/python -m pip install --quiet "$$peer" 'pandas<3' || echo "$$peer: cannot be installed here, skipped"; done
	@touch $@

bench-mining: .venv/.installed-dev .venv/peers/.installed
	$(BIN)/python -m benchmarks.mining --peers .venv/peers/bin/python \
	  $(if $(WORK),--work $(WORK)) $(if $(SPMF),--file $(SPMF)) $(if $(SUPPORT),--support $(SUPPORT))
	$(BIN)/python -m benchmarks.mining --curve

leaks: .venv/.installed-dev
	$(BIN)/python -m benchmarks.leaks $(if $(CORPUS),--corpus $(CORPUS))
	$(BIN)/python -m benchmarks.owned

faults: .venv/.installed-dev
	$(BIN)/python -m benchmarks.faults $(if $(ONLY),--only $(ONLY))

kills: .venv/.installed-dev
	KILLS=200 $(BIN)/pytest -q tests/unit/test_running.py -k killed

fuzz: .venv/.installed-dev
	$(BIN)/python -m benchmarks.privacy fuzz

bench-privacy: .venv/.installed-dev
	$(BIN)/python -m benchmarks.privacy speed $(CORPUS)
	$(if $(CORPUS),$(BIN)/python -m benchmarks.privacy utility $(CORPUS))

bench-readers: .venv/.installed-dev
	$(BIN)/python -m benchmarks.readers

overlaps: .venv/.installed-dev
	OVERLAPS=1000 $(BIN)/pytest -q tests/unit/test_overlaps.py

canaries: .venv/.installed-dev
	PYTHONPATH=tests:. $(BIN)/python -m canaries $(if $(TIMES),--times $(TIMES)) $(if $(SEED),--seed $(SEED))

fuzz-readers: .venv/.installed-dev
	PYTHONPATH=tests:. $(BIN)/python -m fuzz_readers $(if $(SECONDS),--seconds $(SECONDS))

bombs: .venv/.installed-dev
	$(BIN)/python -m benchmarks.bombs
