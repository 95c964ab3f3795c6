# make run: everything from a fresh clone to the running app.  make test: the same, then every check.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test bench clean

run: .venv/installed
	$(BIN)/streamlit run app.py

test: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest

bench: .venv/installed .venv/bench-installed
	$(BIN)/python -m benchmarks

.venv/installed: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

.venv/bench-installed: benchmarks/requirements.txt .venv/installed
	$(BIN)/python -m pip install --quiet -r benchmarks/requirements.txt
	touch $@

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
