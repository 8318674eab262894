# Two commands matter: `make run` shows the product, `make test` proves it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FLASK := $(BIN)/python -m flask --app wsgi
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
export PIP_ROOT_USER_ACTION := ignore

.PHONY: run test check bench bench-growth migrate clean install install-dev
.DEFAULT_GOAL := run

# Everything, at http://127.0.0.1:8000/ and :8001; other ports by PORT and EMULATOR_PORT. Ctrl-C stops it.
run: install
	@$(BIN)/python -m deploy.pages & $(BIN)/python -m deploy.prepare; ready=$$?; wait; exit $$ready
	@exec $(BIN)/python -m deploy.supervise --with-parent

test: install-dev
	@$(BIN)/python -m deploy.browser
	@$(BIN)/python -m deploy.pages
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest -n 2

check: install-dev
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo > $(VENV)/imports.txt || { cat $(VENV)/imports.txt; exit 1; }

bench: install-dev
	@$(BIN)/python -m bench.run

# What lists cost over 1,000,000 orders against 10,000; takes a few GB of disk and a quarter of an hour.
bench-growth: install-dev
	@$(BIN)/python -m bench.growth

migrate: install
	@$(FLASK) db upgrade

# What was made from the source. The data in var/ stay.
clean:
	rm -rf $(VENV) wechat/dist wechat/node_modules app/console/node_modules
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .schemathesis

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

$(VENV)/.made:
	@$(PYTHON) -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer with venv is needed; name it like this: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: requirements.txt $(VENV)/.made
	@echo "Installing what the service needs …"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt requirements.txt $(VENV)/.made
	@echo "Installing what the tests need …"
	@$(PIP) -r requirements-dev.txt
	@touch $@ $(VENV)/.installed
