# Two commands matter: make run, make test. Everything else: make help.
HOST ?= 127.0.0.1
PORT ?= 8000
DATA ?= data
ONLY ?=
ARGS ?=

# also from another folder: make -f …/Makefile run; a relative DATA is then still the checkout's
HERE := $(dir $(lastword $(MAKEFILE_LIST)))

.PHONY: help run test quick soak bench css messages pictures lock

help: ## this list
	@grep -E '^[a-z]+:.*##' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:.*## /\t/' | sort | \
		awk -F '\t' '{ printf "  make %-10s %s\n", $$1, $$2 }'

run: ## start Gezhi with its demonstration: HOST=0.0.0.0 PORT=8123 DATA=folder; Ctrl-C stops it, the data stays
	@cd "$(HERE)" && scripts/environment.sh run
	@cd "$(HERE)" && exec .venv/bin/gezhi up --data "$(DATA)" --host "$(HOST)" --port "$(PORT)"

test: ## all checks and all tests, on SQLite and PostgreSQL; ONLY="lint types" runs those parts
	@cd "$(HERE)" && scripts/test.sh $(ONLY)

quick: ## the tests on SQLite without a browser
	@cd "$(HERE)" && scripts/test.sh quick

soak: ## what runs for hours, on SQLite and PostgreSQL: long walks, faults in their hundreds; ARGS="-k backup" runs a part
	@cd "$(HERE)" && scripts/soak.sh $(ARGS)

bench: ## measure speed and memory, print one table
	@cd "$(HERE)" && scripts/environment.sh test
	@cd "$(HERE)" && .venv/bin/gezhi bench

css: ## rebuild the committed style sheet and icons (needs Node)
	cd "$(HERE)" && npm ci
	cd "$(HERE)" && npm run css

messages: ## collect the texts to translate, compile the translations
	@cd "$(HERE)" && scripts/environment.sh test
	@cd "$(HERE)" && .venv/bin/python -m scripts.messages

pictures: ## take the screenshots under docs/pictures
	@cd "$(HERE)" && scripts/environment.sh test
	@cd "$(HERE)" && CHROMIUM="$$(scripts/chromium.sh)" .venv/bin/python -m tests.pictures

lock: ## lock the requirements anew; UPGRADE=1 takes newer releases
	@cd "$(HERE)" && scripts/environment.sh test
	@cd "$(HERE)" && UPGRADE="$(UPGRADE)" scripts/lock.sh
