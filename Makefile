# make demo   the main query on bundled data, with Go alone
# make test   everything, with the race detector (needs a C compiler)
STEAMPIPE_INSTALL_DIR ?= $(HOME)/.steampipe
PLUGIN_DIR = $(STEAMPIPE_INSTALL_DIR)/plugins/local/serpstat
CONFIG     = $(STEAMPIPE_INSTALL_DIR)/config/serpstat.spc
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: all build demo install lint test test-long bench fuzz

all: build

build:
	CGO_ENABLED=0 go build -tags netgo -o bin/ . ./cmd/...

demo:
	@go run ./cmd/serpstat-sql --demo --verbose -f demo.sql

install:
	mkdir -p "$(PLUGIN_DIR)" "$(STEAMPIPE_INSTALL_DIR)/config"
	CGO_ENABLED=0 go build -tags netgo -o "$(PLUGIN_DIR)/serpstat.plugin" .
	@if [ -e "$(CONFIG)" ]; then echo "kept the existing $(CONFIG)"; \
	else sed 's|plugin = "serpstat"|plugin = "local/serpstat"|' config/serpstat.spc > "$(CONFIG)" && echo "wrote $(CONFIG)"; fi

lint:
	@test -z "$$(gofmt -l .)" || { echo "not gofmt-ed:"; gofmt -l .; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...

# The SDK has a race of its own, in every plugin: it counts streamed rows without a lock (QueryData.streamRow reads
# what StreamListItem writes). This package alone is built without the detector, so that ours stay visible.
SDK  = github.com/turbot/steampipe-plugin-sdk/v5
RACE = -race -gcflags=$(SDK)/plugin=-race=false

test:
	go test $(RACE) -timeout 15m ./...

# More generated queries, all faults at all pages, the long soak.
test-long:
	SERPSTAT_LONG=1 go test $(RACE) -count=1 -timeout 60m ./...

# Measures cost and speed, writes the report, and refreshes the cost table in the docs.
bench:
	go run ./internal/bench -docs docs/tables/serpstat_outlink.md
	go test -run '^$$' -bench . -benchmem ./internal/outlink ./internal/serpstatapi

FUZZTIME ?= 2m
fuzz:
	@for target in $$(grep -rhoE 'func Fuzz[A-Za-z]+' --include=*_test.go . | awk '{print $$2}' | sort -u); do \
		dir=$$(grep -rlE "func $$target\(" --include=*_test.go . | head -1 | xargs dirname); \
		echo "$$target in $$dir"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$dir || exit 1; done
