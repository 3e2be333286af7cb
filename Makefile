# Two commands: `make run` and `make test`. Everything else is for developers.
PYTHON ?= python3
BIN := .venv/bin

# Compiled modules are kept: the app loads in five sixths of the time, and the tests start it often.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test access lint format bench fuzz fuzz-forms fuzz-api pictures demo soak translations defences

run: .venv/run.stamp
	$(BIN)/python serve.py

test: .venv/dev.stamp
	@tools/chromium.sh
	$(BIN)/python -m pytest -n $$(($$(nproc) + 2)) --dist loadfile --no-loadscope-reorder $(ARGS)

# Only what looks at every screen: axe, 200 % and 390 pixels.
access: .venv/dev.stamp
	@tools/chromium.sh
	$(BIN)/python -m pytest -n 2 tests/browser/test_access.py tests/browser/test_nothing_lost.py

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint templates --lint --quiet

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/dev.stamp
	@for file in benchmarks/bench_*.py; do echo "== $$file"; $(BIN)/python -m benchmarks.$$(basename $$file .py) || exit 1; done

translations: .venv/dev.stamp
	$(BIN)/python -m tools.translations

pictures: .venv/dev.stamp
	@tools/chromium.sh
	$(BIN)/python -m tools.pictures

# A sample workspace to look around in; DATA=folder makes it elsewhere.
demo: .venv/run.stamp
	@$(BIN)/python -m tools.demo $(if $(DATA),--data $(DATA))

soak: .venv/dev.stamp
	$(BIN)/python -m pytest -m soak -s tests/soak $(ARGS)

# FUZZ=tests/flows: other examples for the other properties than those that make test has.
fuzz: .venv/dev.stamp
	FUZZ_EXAMPLES=100000 $(BIN)/python -m pytest $${FUZZ:-tests/flows/test_fuzz.py}

# Thousands of made-up requests at every door for programs; OPENAPI_SEED=… for other ones.
fuzz-api: .venv/dev.stamp
	OPENAPI_EXAMPLES=$${OPENAPI_EXAMPLES:-1000} $(BIN)/python -m pytest tests/gateway/test_openapi.py $(ARGS)

# An hour of made-up requests on every route; FUZZ_SEED=… to see other ones.
fuzz-forms: .venv/dev.stamp
	FUZZ_SECONDS=$${FUZZ_SECONDS:-3600} $(BIN)/python -m tests.security.fuzz_forms

.venv/run.stamp: requirements.txt constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

defences: .venv/dev.stamp
	$(BIN)/python -m tools.defences $(ARGS)
