# Two commands are all that a new user needs: make run, and make test.

# What a test may not skip; see studytest.Need. What needs root is left out where somebody else tests, and so is what
# needs a /dev/net/tun that only root may open; "studyctl doctor" says what that is.
require := postgres,qemu,qemu-img,fuse,chromium,ffmpeg,busybox,apt,websockify,tigervnc,x11vnc,xwd,zstd,perl,rscript,python,zbar,icalendar,aiosmtpd,systemd,novnc,nginx,caddy,mmdebstrap,uidmap,appliance
require := $(require),axe$(shell [ "$$(id -u)" -ne 0 ] || echo ,root)$(shell ! [ -w /dev/net/tun ] || echo ,tun)

# Benches that take minutes under the race detector, and whose figures it, or other tests beside them, would spoil.
benches := screenbench|clockbench|thinbench|ingestbench

# Rooms whose packages start no goroutine, nor do their tests. The race detector would find nothing there, and makes
# arithmetic several times slower. A test of internal/arch looks for the goroutines.
pure := analysis|appliances|bench|document|fields|files|internal|keyboard|migrations|netem/traces|questionnaire|relocate|study|studyctl/cli|studyctl/assignbench|web/(catalogue|page|password|static)

# What puts the product together. Each part is tested with the race detector in its own package.
whole := studyctl(/backup)?

tests = STUDYCTL_REQUIRE=$(require) go test -vet=off
packages = $$(go list ./... | grep $(1) $(2))

novnc := web/static/novnc
axe := node_modules/axe-core/axe.min.js
studyctl := bin/studyctl
knowledge := appliances/demo/overlay/usr/lib/study/knowledge

.PHONY: run demo-data build assets test check-r soak check fuzz setup setup-test clean

# Where data lies unless STUDYCTL_DATA says otherwise: here; but where root works in a directory
# that is closed to others (its home), the database's own user could not get there.
data = $(shell [ "$$(id -u)" -ne 0 ] || runuser -u nobody -- test -x "$(CURDIR)" && echo data || echo /var/lib/vmstudy)

## run: install what is missing, build, and serve the demo study
run: setup build
	@STUDYCTL_DATA="$${STUDYCTL_DATA:-$(data)}" $(studyctl) demo

build: assets $(knowledge)
	@echo 'Building $(studyctl) ...' >&2
	@CGO_ENABLED=0 go build -trimpath -o $(dir $(studyctl)) ./studyctl ./studyctl/studyctl-bench

# the program by which a guest says what it uses its memory for; it becomes a part of the appliances that are built
$(knowledge): $(wildcard relocate/*/*.go) go.mod
	@CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o $@ ./relocate/knowledge

## assets: the viewer, unmodified, at the version that package-lock.json pins
assets: $(novnc)/package.json

$(novnc)/package.json: package.json package-lock.json
	@echo 'Fetching noVNC ...' >&2
	@npm ci --omit=dev --silent --no-audit --no-fund
	@rm -rf $(novnc) && mkdir -p $(novnc)
	@cp -r node_modules/@novnc/novnc/core node_modules/@novnc/novnc/vendor \
	       node_modules/@novnc/novnc/LICENSE.txt $(novnc)/
	@cp node_modules/@novnc/novnc/package.json $(novnc)/package.json

# what only tests need
$(axe): package.json package-lock.json $(novnc)/package.json
	@echo 'Fetching axe-core ...' >&2
	@npm ci --silent --no-audit --no-fund
	@touch $@

## demo-data: fill the demo with simulated participants, so that its results can be looked at; also while it is served
demo-data: build
	@STUDYCTL_DATA="$${STUDYCTL_DATA:-$(data)}" $(studyctl) simulate --demo

## test: everything, with nothing skipped but what needs root, where somebody else runs it; the end-to-end test by itself, since it times what a
## person would feel. The check vets all packages, so the tests do not do it again. Much of a test is waiting, so some run beside each other
test: setup-test build $(axe)
	@$(studyctl) appliance build demo --data build/data --if-missing & demo=$$!; \
	  $(MAKE) --no-print-directory check && $(tests) -timeout 20m $(call packages,-E,'^vmstudy/($(pure))(/|$$)'); tested=$$?; \
	  wait $$demo && exit $$tested
	@$(tests) -timeout 30m $(call packages,-E,'^vmstudy/$(whole)$$') & whole=$$!; \
	  GORACE=atexit_sleep_ms=0 $(tests) -race -timeout 30m $(call packages,-vE,'/(e2e|$(benches))$$|^vmstudy/(($(pure))(/|$$)|$(whole)$$)'); raced=$$?; \
	  wait $$whole && exit $$raced
	$(tests) -timeout 5m $(call packages,-E,'/($(benches))$$')
	STUDYCTL_TEST_DATA=$(CURDIR)/build/data STUDYCTL_BINARY=$(CURDIR)/$(studyctl) $(tests) -timeout 12m ./e2e
	@[ "$$(id -u)" -eq 0 ] || echo 'make test: tests of what only root has were left out; "$(studyctl) doctor" says what that is' >&2

## check-r: what we compute is what R computes, with its packages for models: the reference, and a simulated study whose export R analyses
check-r:
	@scripts/setup r
	STUDYCTL_REQUIRE=rscript,r,knitr go test -count=1 ./internal/reference
	STUDYCTL_REQUIRE=rscript,r,knitr go test -count=1 -run 'OfTheScript|OfAnExport|IsKnit' ./analysis

## soak: the tests that take hours, one part after the other, as in make soak ONLY=kills
soak: assets
	@scripts/soak

## check: what a machine can see of good style
check: assets
	@go tool templ generate -path web >/dev/null 2>&1
	@git diff --exit-code --stat -- '*_templ.go' || { echo 'check: run "make check" and commit the generated files'; exit 1; }
	@test -z "$$(go tool gofumpt -l .)" || { go tool gofumpt -l .; echo 'check: not formatted with gofumpt'; exit 1; }
	@for f in $$(git ls-files 'web/static/*.js'); do node --input-type=module --check <$$f || { echo "check: $$f"; exit 1; }; done
	@go vet ./...
	@go tool staticcheck ./...

## fuzz: every fuzz test for a while, as in make fuzz TIME=5m ONLY=screen.FuzzDraw
fuzz: assets
	@scripts/fuzz $(or $(TIME),1m) $(ONLY)

setup:
	@scripts/setup

setup-test:
	@scripts/setup test

clean:
	rm -rf bin build node_modules $(novnc)
