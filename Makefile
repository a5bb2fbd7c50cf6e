# `make` lists the targets. With Docker you need none of them: docker compose up -d
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test test-servers test-arm64 check audit release lint types bench bench-search lock

python := .venv/bin/python
tests ?= tests
run_tests = $(python) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --quiet $(tests)

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## run Microblog on http://127.0.0.1:8000 without Docker (PORT and MICROBLOG_DATA_DIR move it; Ctrl-C stops it)
	@exec deploy/run.sh

test: ## run the tests; those that need a tool which is missing here are skipped and say so (tests=PATH runs a part)
	@deploy/venv.sh requirements-dev.txt
	@deploy/page-checker.sh
	@exec $(run_tests)

servers ?= mariadb postgresql
test-servers: ## run the tests that use the database on MariaDB and PostgreSQL, started for them (servers=NAME, tests=PATH: a part)
	@deploy/venv.sh requirements-dev.txt
	@for server in $(servers); do echo "$$server:"; DATABASE_TEST=$$server $(run_tests) || exit 1; done

test-arm64: ## build both images for 64-bit ARM, start them under an emulator and use them (needs Docker and qemu-user-static)
	@deploy/venv.sh requirements-dev.txt
	@exec $(python) -m pytest --quiet -m arm64 tests/system/test_arm64.py

check: lint types test ## everything that CI runs

audit: ## look for known weaknesses in the libraries (needs the internet; fails where it cannot ask)
	@exec deploy/audit.sh

release: ## prepare a release: set VERSION=1.2.3, check everything, commit, tag; nothing is pushed
	@deploy/release.sh "$(VERSION)"

lint: ## check style and scripts
	@deploy/venv.sh requirements-dev.txt
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .
	@if command -v shellcheck >/dev/null; then shellcheck backup.sh deploy/*.sh nginx/*.sh .ci/run; else echo 'shellcheck is missing: scripts not checked'; fi
	@.venv/bin/hadolint --config deploy/hadolint.yaml Dockerfile nginx/Dockerfile
	@if command -v actionlint >/dev/null; then actionlint; else echo 'actionlint is missing: workflows not checked'; fi

types: ## check types
	@deploy/venv.sh requirements-dev.txt
	@$(python) -m mypy --strict app deploy/stdlib_bytecode.py

bench: ## measure all of it against its budgets (needs wrk; 20 minutes; BENCH_DOCKER=1 the containers too, million=1; not a test)
	@deploy/venv.sh requirements.txt
	@$(python) -m bench $(if $(million),--million)

bench-search: ## measure the search engines with 10,000 and 100,000 posts (minutes; million=1 for a million; not a test)
	@deploy/venv.sh requirements.txt
	@$(python) -m bench.search $(if $(million),--million)

lock: ## write the lock files anew from pyproject.toml (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url pyproject.toml -o requirements.txt
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url pyproject.toml --extra dev -c requirements.txt -o requirements-dev.txt
