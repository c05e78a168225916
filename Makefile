# The commands of every day. `make` alone says what there is.

GO ?= go
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK = golang.org/x/vuln/cmd/govulncheck@v1.9.0
# Packages whose logic must be covered; what is left out is main, generated, or only for tests.
COVER_MIN = 85

.PHONY: help build demo test check quick generate bench clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## Build bin/wicketgate
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w" -o bin/wicketgate ./cmd/wicketgate

demo: ## Start the demo
	$(GO) run ./cmd/wicketgate demo

test: ## Install what is missing, then run all checks and all tests on real servers
	.ci/install
	$(MAKE) check
	.ci/tests

check: ## Vet, staticcheck, known vulnerabilities, generated files
	test -z "$$(gofmt -l cmd deploy docs gateway ldapmap selfservice templates)" || { gofmt -l cmd deploy docs gateway ldapmap selfservice templates; exit 1; }
	$(GO) mod verify
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	.ci/vulnerabilities $(GOVULNCHECK)

quick: ## Run the tests that need no server installed
	$(GO) test ./...

generate: ## Write the generated references and translation catalogues again
	$(GO) generate ./...

bench: ## Measure sign-ins, code exchanges, refreshes and userinfo on a real slapd
	.ci/install
	$(GO) test -run '^$$' -bench . -benchtime 2s -timeout 15m ./gateway/bench

clean: ## Remove what the other commands built
	rm -rf bin coverage
