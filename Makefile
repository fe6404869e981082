# Two commands matter: make run, make test. Everything else: make help.
PORT ?= 8000
DATA ?= data
ONLY ?=

.PHONY: help run test quick bench css messages pictures lock

help: ## this list
	@grep -E '^[a-z]+:.*##' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:.*## /\t/' | sort | \
		awk -F '\t' '{ printf "  make %-10s %s\n", $$1, $$2 }'

run: ## start Gezhi with its demonstration: PORT=8123 DATA=folder; Ctrl-C stops it, the data stays
	@scripts/environment.sh run
	@exec .venv/bin/gezhi up --data "$(DATA)" --port "$(PORT)"

test: ## all checks and all tests, on SQLite and PostgreSQL; ONLY="lint types" runs those parts
	@scripts/test.sh $(ONLY)

quick: ## the tests on SQLite without a browser
	@scripts/test.sh quick

bench: ## measure speed and memory, print one table
	@scripts/environment.sh test
	@.venv/bin/gezhi bench

css: ## rebuild the committed style sheet and icons (needs Node)
	npm ci
	npm run css

messages: ## collect the texts to translate, compile the translations
	@scripts/environment.sh test
	@.venv/bin/python -m scripts.messages

pictures: ## take the screenshots under docs/pictures
	@scripts/environment.sh test
	@CHROMIUM="$$(scripts/chromium.sh)" .venv/bin/python -m tests.pictures

lock: ## lock the requirements anew; UPGRADE=1 takes newer releases
	@scripts/environment.sh test
	@UPGRADE="$(UPGRADE)" scripts/lock.sh
