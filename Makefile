# Every target does its own set-up: Python >= 3.11 and make are enough.
PYTHON ?= python3
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)
# Every test process and every kernel imports the same modules: they are compiled once.
unexport PYTHONDONTWRITEBYTECODE
# One environment, two marks: what the workbook needs is installed, or everything. A mark is written
# last, so an environment whose installation was interrupted is not up to date.
READY := .venv/.ready
READY_WORKBOOK := .venv/.ready-workbook

ifneq ($(UV),)
define install
uv venv --quiet --allow-existing --python $(PYTHON) .venv
uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r $(1)
uv pip install --quiet --python $(BIN)/python --no-deps -e .
endef
else
define install
$(PYTHON) -m venv .venv
$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
endef
endif

.PHONY: .venv check workbook test lab lint bench lock clean

# The fast loop: what most changes break, in less than 90 seconds.
check: lint
	$(BIN)/pytest -p no:nbval -n 2 --dist loadgroup tests -m "not slow and not pages and not spark and not chromium"

workbook: $(READY_WORKBOOK)
	$(BIN)/crmlab workbook

# Two calls, since work is shared out differently: Spark tests by group, notebooks as a whole.
test: $(READY)
	$(BIN)/pytest -n 2 --dist loadgroup
	$(BIN)/pytest -n 2 --dist loadfile --nbval notebooks

lab: $(READY_WORKBOOK)
	$(BIN)/crmlab lab

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/python benchmarks/customer_base.py
	$(BIN)/python benchmarks/loaders.py
	$(BIN)/python benchmarks/ltv.py
	$(BIN)/python benchmarks/ltv_robustness.py
	$(BIN)/python benchmarks/ltv_scale.py
	$(BIN)/python benchmarks/identity.py
	$(BIN)/python benchmarks/segmentation.py
	$(BIN)/python benchmarks/cross_sell.py

COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
  --no-header --no-emit-index-url --no-emit-find-links --no-strip-extras --quiet

# A fresh lock changes what notebooks print, so their stored outputs are made again with it. The
# second lock is the part of the first that the workbook needs: no Spark, no developers' tools.
lock:
	$(if $(UV),,$(error make lock needs uv: pip install uv))
	$(COMPILE) --all-extras --group dev --upgrade -o requirements.txt
	$(COMPILE) --extra workbook --extra samples --constraints requirements.txt -o requirements-workbook.txt
	$(MAKE) .venv
	$(BIN)/jupyter nbconvert --to notebook --execute --inplace notebooks/*.ipynb notebooks/reports/*.ipynb

.venv: $(READY)

# What is there already stays: neither of the two takes anything away from the other.
$(READY): requirements.txt pyproject.toml
	$(call install,requirements.txt)
	@touch $(READY_WORKBOOK) $(READY)

$(READY_WORKBOOK): requirements-workbook.txt pyproject.toml
	$(call install,requirements-workbook.txt)
	@touch $(READY_WORKBOOK)

clean:
	rm -rf .venv reports workbook
