# The two commands of the README, and what they stand on. Everything else is CMake: see CMakePresets.json.
#
#   make run     installs what is missing, builds, runs the flagship study and prints its comparison table
#   make test    installs what is missing, builds with warnings as errors and passes all tests
#   make build   installs what is missing and builds build/release/grapevine
#   make sanitize  the tests once more, built by clang with the sanitizers of addresses, undefined behaviour and threads

PACKAGES = g++ cmake ninja-build pkg-config libboost-dev libboost-graph-dev libeigen3-dev libhdf5-dev catch2 \
  libtomlplusplus-dev libcli11-dev nlohmann-json3-dev libfmt-dev librandom123-dev zlib1g-dev libzstd-dev libexpat1-dev libxxhash-dev libutf8proc-dev libmuparser-dev libbenchmark-dev
# What the tests of the result file open it with.
SANITIZE_PACKAGES = clang libclang-rt-14-dev
TEST_PACKAGES = clang-format hdf5-tools netcdf-bin python3-xarray python3-h5netcdf python3-netcdf4 python3-matplotlib python3-xxhash openmpi-bin libopenmpi-dev

RESULTS = results
SUITES = scenarios graph sim record analysis base
JOBS ?= $(shell nproc)

.PHONY: run test sanitize build setup setup-tests clean

run: build
	@mkdir -p $(RESULTS)
	build/release/grapevine run scenarios/library/smaller-is-better.toml -o $(RESULTS)/smaller-is-better.h5 --overwrite

build: setup
	cmake --preset release $(CMAKE_FLAGS)
	cmake --build --preset release --parallel $(JOBS)

test: setup setup-tests
	cmake --preset ci $(CMAKE_FLAGS)
	cmake --build --preset ci --parallel $(JOBS)
	cmake --preset clones-off $(CMAKE_FLAGS)
	cmake --build --preset clones-off --target grapevine --parallel $(JOBS)
	ctest --preset ci --parallel $(JOBS)

# Left out: statistical tests and long ones, which go many times where others go once, and the checks on shared data.
# Address and undefined behaviour: all suites. Threads: base, graph, those of sim that are about threads, parts and arms, and arms beside each other.
ONCE = ~[.]~[null]~[statistical]~[long]
# Checkpoints take a third of the time of all: beside the others.
ASAN_RUNS = 'test_scenarios "$(ONCE)~[checkpoint]"' 'test_scenarios "$(ONCE)[checkpoint]"' $(patsubst %,'test_% "$(ONCE)"',$(filter-out scenarios,$(SUITES)))
sanitize: setup setup-tests
	@$(call install,$(SANITIZE_PACKAGES))
	cmake --preset asan $(CMAKE_FLAGS)
	cmake --build --preset asan --parallel $(JOBS) --target $(SUITES:%=test_%)
	cd build/asan && unset GRAPEVINE_DATA && printf '%s\n' $(ASAN_RUNS) | LSAN_OPTIONS=suppressions=$(CURDIR)/tests/sanitizers/leaks.txt:print_suppressions=0 \
	  xargs -P $(JOBS) -d '\n' -I{} sh -c './{}'
	cmake --preset tsan $(CMAKE_FLAGS)
	cmake --build --preset tsan --parallel $(JOBS) --target test_base test_graph test_sim test_scenarios
	cd build/tsan && unset GRAPEVINE_DATA && printf '%s\n' 'test_graph "$(ONCE)"' 'test_sim "[invariance]$(ONCE),[branching]$(ONCE),[mechanism]$(ONCE)"' 'test_base "$(ONCE)"' 'test_scenarios "[families],[beside]"' | \
	  xargs -P $(JOBS) -d '\n' -I{} sh -c './{}'

setup:
	@$(call install,$(PACKAGES))

setup-tests:
	@$(call install,$(TEST_PACKAGES))

clean:
	rm -rf build

# Installs the packages that dpkg does not know as installed: as root or with sudo, else says the one line to run. Systems without dpkg bring their own.
define install
set -e; command -v dpkg-query >/dev/null || exit 0; \
missing=; for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q '^install ok installed' || missing="$$missing $$p"; done; \
[ -n "$$missing" ] || exit 0; \
if [ "$$(id -u)" = 0 ]; then as_root=; elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root=sudo; else \
  echo "Packages are missing. Run this line, then the command again:"; echo "  su -c 'apt-get update && apt-get install -y --no-install-recommends$$missing'"; exit 1; fi; \
echo "installing:$$missing"; $$as_root apt-get update -qq; DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends $$missing >/dev/null
endef
