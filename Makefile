# Needs Python 3.11+ with venv, make, and an index to install the locked packages from; nothing else. The tests also
# need Node.js and npm, for an SMSC and webhook libraries that are not ours (Debian: apt install nodejs npm).
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --quiet \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
# What a production start wants set, with made-up values: the checks must pass under it.
PRODUCTION := DEPLOYMENT=production PUBLIC_URL=https://app.example.com PUBLIC_INGEST_URL=https://in.example.com \
	ALLOWED_HOSTS=app.example.com TRUSTED_PROXIES=192.0.2.0/24 \
	SECRET_KEY=only-for-checks-lFqz2Wc7Rm4Xt9Bv1Ny8Kp3Hs6Jd5Ga0Qe-uTiOoPw \
	ENCRYPTION_KEYS=check:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE= \
	INDEX_KEY=OTg3NjU0MzIxMDk4NzY1NDMyMTA5ODc2NTQzMjEwOTg=
ARGS ?=

.PHONY: run code test check faults bench scale lock messages sdks packages clean
.DEFAULT_GOAL := run

run: .venv/runtime
	@exec $(BIN)/python -m smsgateway.run $(ARGS)

# The second step of the demo's log-in, as an authenticator app would show it.
code: .venv/runtime
	@$(BIN)/python -m smsgateway.code

test: .venv/dev
	@$(BIN)/python -m pytest $(ARGS); status=$$?; \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	echo "NOTE: no Chromium on this machine, so the browser tests did not run (Debian: apt install chromium)."; \
	exit $$status

check: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	DEPLOYMENT=test $(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports
	DEPLOYMENT=test $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

faults: .venv/dev
	$(BIN)/python -m bench.faults $(ARGS)

bench: .venv/dev
	$(BIN)/python -m bench.run $(ARGS)

scale: .venv/dev
	$(BIN)/python -m bench.scale $(ARGS)

# After changing a requirements*.in; `make lock ARGS=--upgrade` takes newer versions.
lock: .venv/dev
	$(LOCK) $(ARGS) requirements.in -o requirements.txt
	$(LOCK) $(ARGS) -c requirements.txt requirements-embedded.in -o requirements-embedded.txt
	$(LOCK) $(ARGS) requirements-dev.in -o requirements-dev.txt

# After changing a text that people see: needs gettext (Debian: apt install gettext). Both files are committed.
messages: .venv/dev
	DEPLOYMENT=test $(BIN)/python manage.py makemessages --locale fr --ignore .venv --ignore var --no-location
	DEPLOYMENT=test $(BIN)/python manage.py compilemessages --ignore .venv

# After a change of the API: what the SDKs know of it. Committed.
sdks: .venv/dev
	DEPLOYMENT=test $(BIN)/python manage.py spectacular --format openapi-json | PYTHONPATH=sdk $(BIN)/python -m generate

# The SDKs and the plugin for pytest as packages, into var/packages/; needs Node.js and npm.
packages: .venv/dev
	@mkdir -p var/packages
	$(BIN)/python -m build --no-isolation --outdir var/packages sdk/python
	$(BIN)/python -m build --no-isolation --outdir var/packages sdk/pytest
	cd sdk/typescript && npm ci --silent && npm pack --silent --pack-destination ../../var/packages

# Leaves var/ alone: it holds the local database.
clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/made:
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "smsgateway needs Python 3.11 or newer; $(or $(PYTHON),python3) is $$($(or $(PYTHON),python3) --version 2>&1)."; \
	  echo "Install a newer one, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make environments:" \
	  "Debian and Ubuntu have that in a package of its own: apt install python3-venv"; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)"
	@rm -rf .venv && $(PYTHON) -m venv .venv && touch $@
ifeq ($(shell $(BIN)/python -c 'import pip; print(1)' 2>/dev/null),)
.PHONY: .venv/made # absent, half made, or its Python is gone
endif

# The stamps make a second start skip pip; a changed lock installs again.
.venv/runtime: requirements.txt requirements-embedded.txt | .venv/made
	@echo "Installing the locked packages (once)"
	@$(INSTALL) -r requirements.txt -r requirements-embedded.txt
	@touch $@

.venv/dev: requirements-dev.txt .venv/runtime
	@echo "Installing what the checks and tests need (once)"
	@$(INSTALL) -r requirements-dev.txt
	@touch $@
