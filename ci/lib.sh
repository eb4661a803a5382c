# Shared by the steps; to be sourced. Every step runs from the project's root. All build with the same packages
# selected (those that are default; no `-p`), lest features differ and everything be built anew.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# need PACKAGE…: installs Debian packages that are missing, or says how to.
need() {
    local missing=() package
    for package; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
            missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if ! command -v apt-get >/dev/null; then
        echo "missing: ${missing[*]} (Debian's names); install them and run this again" >&2
        return 1
    fi
    if [ "$(id -u)" != 0 ]; then
        echo "missing: ${missing[*]}; run as root, or first: sudo apt-get install ${missing[*]}" >&2
        return 1
    fi
    echo "installing ${missing[*]}"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null 2>&1 ||
        { apt-get update -qq &&
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null; }
}

# skip REASON: notes that a step, or a part of one, cannot run on this machine.
skip() {
    echo "skipped: $*"
    [ -z "${PANGEA_CI_SKIPPED:-}" ] || echo "$*" >>"$PANGEA_CI_SKIPPED"
}

# test_data WHAT: sets PANGEA_TEST_DATA, if it is not set, to a folder of SNAP's graphs in the
# neighborhood of the checkout. If there is none, notes that WHAT is skipped.
test_data() {
    local graph
    if [ -z "${PANGEA_TEST_DATA:-}" ]; then
        for graph in ../*/data/wiki-Vote.txt; do
            [ ! -f "$graph" ] || PANGEA_TEST_DATA=$(cd "$(dirname "$graph")" && pwd)
        done
    fi
    if [ -z "${PANGEA_TEST_DATA:-}" ]; then
        skip "$1: PANGEA_TEST_DATA names no folder with wiki-Vote.txt and email-Enron.txt of SNAP"
    else
        export PANGEA_TEST_DATA
    fi
}

# optimized: builds what steps run with optimization, the libraries with it: cargo builds what all depend on otherwise
# for programs alone, and so twice. (Each program is optimized as a whole, which takes its time; what can do without is
# taken from what ci/unit builds.)
optimized() {
    local examples=(bank queue jacobi views soak)
    cargo build --release --lib --bins "${examples[@]/#/--example=}"
}
