# SPDX-FileCopyrightText: the Timmy Tower Console authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sourced by packaging/run, packaging/install-deps and tests/run.
# shellcheck shell=bash

# Messages go to stderr: stdout belongs to the program that is started in the end.
say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() {
    say "$*"
    exit 1
}

# configure SOURCE PRESET [-DNAME=VALUE ...]: configures build/PRESET unless that has been done. A build
# folder that came along with a copied source tree is configured afresh.
configure() {
    local source=$1 preset=$2 build=$1/build/$2
    shift 2
    if [[ -f $build/build.ninja ]] &&
        grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$source" "$build/CMakeCache.txt"; then
        return
    fi
    say "configuring $build"
    rm -rf "$build/CMakeCache.txt" "$build/CMakeFiles"
    (cd "$source" && cmake --preset "$preset" "$@") >&2
}
