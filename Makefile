# The front door: every target first installs what it needs and this machine lacks.
# One profile (release) and one feature set everywhere: any other would build llama.cpp once more.

.DEFAULT_GOAL := help
.PHONY: help setup build test browser report real-model examples bench fetch-model

# The steps depend on one another; each is parallel inside. Cargo must not look for make's jobserver.
.NOTPARALLEL:
unexport MAKEFLAGS MFLAGS

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what building and reporting need
	@scripts/setup.sh

build: setup ## build everything
	cargo build --release --workspace

# The quick checks come first: a misplaced space should not wait for llama.cpp.
test: ## formatting, licences, lints and every test
	@scripts/setup.sh compiler cmake libclang font python node chromium rustfmt clippy cargo-deny
	scripts/test-setup.sh
	cargo fmt --all -- --check
	scripts/deny.sh
	scripts/overlap.sh
	cargo clippy --release --workspace --all-targets -- -D warnings
	cargo test --release --workspace
	scripts/browser.sh

browser: ## open made-up reports in Chromium: layout, contrast, keyboard, paper
	@scripts/setup.sh compiler cmake libclang font node chromium
	scripts/browser.sh

report: build ## measure the embedded models, and print the path of report.html
	cargo run --release --quiet --bin hanbench -- run

# Fetched before the build, so that a network that fails does so at once.
real-model: fetch-model build ## the same with SmolLM2-135M-Instruct, a real model of 93 MB
	cargo run --release --quiet --bin hanbench -- run "instruct=$$(scripts/real-model.sh)" \
		--suite quick --out "runs/$$(date -u +%Y%m%dT%H%M%SZ)-$$(uname -n)"

examples: fetch-model build ## measure both examples anew and replace docs/examples and the pictures of the READMEs
	@scripts/setup.sh node chromium
	scripts/examples.sh

fetch-model: setup
	@scripts/real-model.sh >/dev/null

bench: setup ## Criterion benchmarks
	cargo bench --workspace
