# make demo   the main query on bundled data, with Go alone
# make test   everything, with the race detector (needs a C compiler)
# make test-browser   looks at the page of a report in Chromium (needs it, Node and npm)
# make test-duckdb   reads the files of serpstat-sql with DuckDB (needs Node and npm)
STEAMPIPE_INSTALL_DIR ?= $(HOME)/.steampipe
PLUGIN_DIR = $(STEAMPIPE_INSTALL_DIR)/plugins/local/serpstat
CONFIG     = $(STEAMPIPE_INSTALL_DIR)/config/serpstat.spc
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
# The lint workflow takes the version from here.
GOLANGCI_VERSION = v2.13.1
GOLANGCI = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
# Builds what a release holds. Versions from 2.17 on need a module that the proxy does not give, and from 2.18 on Go 1.27.
GORELEASER = github.com/goreleaser/goreleaser/v2@v2.16.0

VERSION ?= $(shell git describe --tags --dirty 2>/dev/null || echo dev)
BUILDINFO = github.com/turbot/steampipe-plugin-serpstat/internal/buildinfo
LDFLAGS = -X $(BUILDINFO).version=$(VERSION) -X $(BUILDINFO).commit=$(shell git rev-parse HEAD 2>/dev/null) \
	-X $(BUILDINFO).date=$(shell TZ=UTC git log -1 --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ 2>/dev/null)

# One setting for all that is built to be run: a binary of another kind is compiled anew, with all it depends on.
GO_BUILD = CGO_ENABLED=0 go build -tags netgo -ldflags "$(LDFLAGS)"

# Where serpstat-sql goes, and what shells and man read of it.
PREFIX ?= $(HOME)/.local
SHARE = $(PREFIX)/share
SQL = $(PREFIX)/bin/serpstat-sql
SHARED = bash-completion/completions/serpstat-sql zsh/site-functions/_serpstat-sql fish/vendor_completions.d/serpstat-sql.fish \
	man/man1/serpstat-sql.1

.PHONY: all build demo install install-plugin install-sql share packaged-share uninstall snapshot release snapshot-here try-deb lint vet-all vet-others golangci golangci-version test test-browser test-duckdb test-long bench fuzz

all: build

build:
	$(GO_BUILD) -o bin/ . ./cmd/...

demo:
	@$(GO_BUILD) -o bin/ ./cmd/serpstat-sql && bin/serpstat-sql --demo --verbose -f demo.sql

install: install-plugin install-sql

install-plugin:
	mkdir -p "$(PLUGIN_DIR)" "$(STEAMPIPE_INSTALL_DIR)/config"
	$(GO_BUILD) -o "$(PLUGIN_DIR)/serpstat.plugin" .
	@if [ -e "$(CONFIG)" ]; then echo "kept the existing $(CONFIG)"; \
	else (umask 077; sed 's|plugin = "serpstat"|plugin = "local/serpstat"|' config/serpstat.spc > "$(CONFIG)") && echo "wrote $(CONFIG)"; fi

install-sql:
	mkdir -p "$(PREFIX)/bin"
	$(GO_BUILD) -o "$(SQL)" ./cmd/serpstat-sql
	@$(MAKE) --no-print-directory share
	@case ":$$PATH:" in *":$(PREFIX)/bin:"*) ;; *) echo "$(PREFIX)/bin is not in PATH: add it, or call $(SQL)";; esac

# What shells and man read, as a serpstat-sql that runs here tells it.
share:
	@mkdir -p $(foreach file,$(SHARED),"$(SHARE)/$(dir $(file))")
	@"$(SQL)" completion bash > "$(SHARE)/bash-completion/completions/serpstat-sql"
	@"$(SQL)" completion zsh > "$(SHARE)/zsh/site-functions/_serpstat-sql"
	@"$(SQL)" completion fish > "$(SHARE)/fish/vendor_completions.d/serpstat-sql.fish"
	@"$(SQL)" man > "$(SHARE)/man/man1/serpstat-sql.1"
	@echo "wrote completions and a man page below $(SHARE)"

# What packages hold beside the binaries (.goreleaser.yml), made by a command of this system.
PACKAGED = bin/packaged
packaged-share:
	@rm -rf $(PACKAGED)
	@$(GO_BUILD) -o $(PACKAGED)/serpstat-sql ./cmd/serpstat-sql
	@$(MAKE) --no-print-directory share SHARE=$(PACKAGED)/share SQL=$(PACKAGED)/serpstat-sql
	@gzip -9nc $(PACKAGED)/share/man/man1/serpstat-sql.1 > $(PACKAGED)/serpstat-sql.1.gz
	@gzip -9nc CHANGELOG.md > $(PACKAGED)/changelog.gz

# Takes away what install has put there. The config may hold a token, and stays.
uninstall:
	rm -f "$(PLUGIN_DIR)/serpstat.plugin" "$(SQL)" $(foreach file,$(SHARED),"$(SHARE)/$(file)")
	@rmdir "$(PLUGIN_DIR)" 2>/dev/null || true
	@if [ -e "$(CONFIG)" ]; then echo "kept $(CONFIG), which may hold your token: remove it yourself"; fi
	@echo "kept what was bought, if anything was: serpstat-sql/answers.db in your directory for caches"

# What a release holds, in dist, without publishing it. In a clone without a remote GoReleaser would leave out version,
# commit and date: it is told the project's.
SNAPSHOT = GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=remote.origin.url \
	GIT_CONFIG_VALUE_0=https://github.com/turbot/steampipe-plugin-serpstat go run $(GORELEASER) release --snapshot --clean
snapshot:
	$(SNAPSHOT)

# Publishes what the tag that is checked out is a release of.
release:
	go run $(GORELEASER) release --clean

# The same as snapshot for this system alone, of packages as lint has compiled them: -trimpath would compile all of them anew.
snapshot-here:
	@mkdir -p bin && sed -e 's/\[linux, darwin, windows\]/[$(shell go env GOOS)]/' -e 's/\[amd64, arm64\]/[$(shell go env GOARCH)]/' \
		-e 's/, -trimpath//' .goreleaser.yml > bin/goreleaser-here.yml
	$(SNAPSHOT) --skip=homebrew,scoop -f bin/goreleaser-here.yml

# Installs the package of snapshot-here below a directory, by dpkg where it may, and uses what is in it as its user would.
DEB = dist/serpstat-sql_linux_$(shell go env GOARCH).deb
DEB_ROOT = bin/deb
try-deb:
	@rm -rf $(DEB_ROOT) && mkdir -p $(DEB_ROOT)/var/lib/dpkg
	@if [ "$$(id -u)" = 0 ]; then dpkg --root="$(CURDIR)/$(DEB_ROOT)" -i $(DEB); else dpkg-deb -x $(DEB) $(DEB_ROOT); fi
	$(DEB_ROOT)/usr/bin/serpstat-sql --demo "select url_from, url_to from serpstat_outlink where query = 'serpstat.com' limit 3"
	@$(DEB_ROOT)/usr/bin/serpstat-sql --version
	@$(DEB_ROOT)/usr/bin/serpstat-sim --version
	@gzip -dc $(DEB_ROOT)/usr/share/man/man1/serpstat-sql.1.gz | grep -q 'SH EXIT STATUS'
	@bash -n $(DEB_ROOT)/usr/share/bash-completion/completions/serpstat-sql
	$(DEB_ROOT)/usr/bin/serpstat-sql --demo --param domain=shop.example -o $(DEB_ROOT)/links.xlsx -f $(DEB_ROOT)/usr/share/doc/serpstat-sql/examples/weekly.sql

# Without cgo, as all that is built to be run: what is compiled here need not be compiled again for that.
lint:
	@test -z "$$(gofmt -l .)" || { echo "not gofmt-ed:"; gofmt -l .; exit 1; }
	CGO_ENABLED=0 go vet ./...
	CGO_ENABLED=0 go run $(STATICCHECK) ./...
	CGO_ENABLED=0 go vet -tags browser $(BROWSER)
	CGO_ENABLED=0 go run $(STATICCHECK) -tags browser $(BROWSER)

# Compiles and vets all, tests too, for the systems that the releases and CI have beside this one: code behind a
# build tag breaks there unseen. No part of lint: each system compiles all dependencies once, minutes from cold.
PLATFORMS = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
vet-all:
	@for p in $(PLATFORMS); do echo "go vet for $$p"; \
		GOOS=$${p%/*} GOARCH=$${p#*/} CGO_ENABLED=0 go vet ./... || exit 1; done

# One architecture of each other system: build tags tell systems apart, seldom architectures.
vet-others:
	@$(MAKE) --no-print-directory vet-all PLATFORMS="windows/amd64 darwin/arm64"

golangci:
	go run $(GOLANGCI) run

golangci-version:
	@echo $(GOLANGCI_VERSION)

# The SDK has races of its own, in every plugin: it counts streamed rows without a lock (QueryData.streamRow reads what
# StreamListItem writes), and the stream of its other hosts has an error without one (anywhere.LocalPluginStream). These
# packages are built without the detector, so that ours stay visible. So are SQLite and the compiler of PostgreSQL's
# parser, with which the tests take twice as long: each runs in one goroutine at a time. All other packages have it. One
# that uses sync.Map must: the linker may take its instance for all, and the detector then sees races where there are
# none.
SDK = github.com/turbot/steampipe-plugin-sdk/v5
WASM = github.com/tetratelabs/wazero/internal/engine/wazevo
WITHOUT_DETECTOR = $(SDK)/plugin $(SDK)/anywhere modernc.org/libc modernc.org/sqlite/lib $(WASM)/backend/... $(WASM)/frontend $(WASM)/ssa
# Nobody debugs these binaries: without DWARF they are made faster.
RACE = -race -ldflags=-w -gcflags=all=-dwarf=false \
	$(foreach package,$(WITHOUT_DETECTOR),-gcflags='$(package)=-race=false -dwarf=false')

# The plugin that the tests install has the detector too, and is made of the packages that are compiled for them.
# go vet is lint's. The packages whose tests take longest go first, so that both cores have work to the end.
# The compilers collect garbage less often than usual, which takes a fifth off their time.
GO_TEST = GOGC=400 TEST_BUILD="go build $(RACE)" go test -exec "env -u GOGC" $(RACE) -vet=off
PACKAGES = ./serpstat . ./internal/sqlengine ./...

# On a busy machine one package takes 12 minutes: the limit is there for what hangs.
test:
	$(GO_TEST) -timeout 40m $(PACKAGES)

# The page of a report in a real browser: what it asks for, what it does, what axe finds, how it looks (pictures in bin).
# The driver of the browser is large, and compiled for this alone: its tests have a build tag.
BROWSER = ./internal/reporthtml
AXE = internal/reporthtml/testdata/axe
test-browser:
	@command -v npm >/dev/null || { echo "no npm, which installs axe: apt-get install nodejs npm"; exit 1; }
	cd $(AXE) && npm ci --no-audit --no-fund
	CGO_ENABLED=0 go test -tags browser -count=1 -timeout 15m -run '^TestBrowser' $(BROWSER)

# What the program writes is read by DuckDB, as its npm package has it: values, types and nulls.
DUCKDB = internal/output/testdata/duckdb
test-duckdb:
	$(GO_BUILD) -o bin/ ./cmd/serpstat-sql
	cd $(DUCKDB) && npm ci --no-audit --no-fund
	@files=$$(mktemp -d) && trap 'rm -rf "$$files"' EXIT && \
	bin/serpstat-sql --demo -q --safe-cells=false -o "$$files/values.csv" -f $(DUCKDB)/values.sql && \
	bin/serpstat-sql --demo -q -o "$$files/values.parquet" -f $(DUCKDB)/values.sql && \
	bin/serpstat-sql --demo -q -o "$$files/kinds.parquet" "select x'00ff' as blob, null as empty, 'text' as mixed, 1.5 as half, 1 as a, 2 as a union all select null, null, 7, 3, 2, 4" && \
	bin/serpstat-sql --demo -q --safe-cells=false -o "$$files/links.csv" "select * from serpstat_outlink where query = 'serpstat.com'" && \
	bin/serpstat-sql --demo -q -o "$$files/links.parquet" "select * from serpstat_outlink where query = 'serpstat.com'" && \
	cd $(DUCKDB) && FILES="$$files" node --test read.mjs

# More generated queries, all faults at all pages, the long soak.
test-long:
	SERPSTAT_LONG=1 $(GO_TEST) -count=1 -timeout 90m $(PACKAGES)

# Measures cost and speed, writes the report, and refreshes the cost table in the docs.
bench:
	go run ./internal/bench -docs docs/tables/serpstat_outlink.md
	go test -run '^$$' -bench . -benchmem ./internal/plan ./internal/serpstatapi

FUZZTIME ?= 2m
fuzz:
	@for target in $$(grep -rhoE 'func Fuzz[A-Za-z]+' --include=*_test.go . | awk '{print $$2}' | sort -u); do \
		dir=$$(grep -rlE "func $$target\(" --include=*_test.go . | head -1 | xargs dirname); \
		echo "$$target in $$dir"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$dir || exit 1; done
