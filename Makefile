# Every target does its own set-up: Python >= 3.11 and make are enough.
PYTHON ?= python3
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)
# Written last: an environment whose installation was interrupted is not up to date.
READY := .venv/.ready

.PHONY: .venv check workbook test lab lint bench lock clean

# The fast loop: what most changes break, in less than 90 seconds.
check: lint
	$(BIN)/pytest -n 2 --dist loadgroup tests -m "not slow and not pages and not spark and not chromium"

workbook: $(READY)
	$(BIN)/crmlab workbook

# Two calls, since work is shared out differently: Spark tests by group, notebooks as a whole.
test: $(READY)
	$(BIN)/pytest -n 2 --dist loadgroup
	PYTHONPATH=tests $(BIN)/pytest -n 2 --dist loadfile -p warm_kernels --nbval notebooks

lab: $(READY)
	$(BIN)/crmlab lab

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/python benchmarks/customer_base.py
	$(BIN)/python benchmarks/ltv.py
	$(BIN)/python benchmarks/ltv_robustness.py
	$(BIN)/python benchmarks/ltv_scale.py
	$(BIN)/python benchmarks/identity.py

# A fresh lock changes what notebooks print, so their stored outputs are made again with it.
lock:
	$(if $(UV),,$(error make lock needs uv: pip install uv))
	uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --upgrade -q -o requirements.txt
	$(MAKE) .venv
	$(BIN)/jupyter nbconvert --to notebook --execute --inplace notebooks/*.ipynb notebooks/reports/*.ipynb

.venv: $(READY)

$(READY): requirements.txt pyproject.toml
ifneq ($(UV),)
	uv venv --quiet --allow-existing --python $(PYTHON) .venv
	uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.txt
	uv pip install --quiet --python $(BIN)/python --no-deps -e .
else
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
endif
	@touch $(READY)

clean:
	rm -rf .venv reports workbook
