#!/bin/sh
# Installs what hanbench needs and this machine lacks, and says so; does nothing where all is there.
#
#   scripts/setup.sh [NEED...]
#
# NEED is compiler, cmake, libclang, font, python, pip, node, chromium, rustfmt, clippy or cargo-deny;
# without one, what building and reporting need. System packages come from apt-get (through sudo where not root). With
# another package manager the exact command is printed and the script stops with status 1.
set -eu

# The root of the places searched for libclang and fonts: only the tests of this script set it.
root=${HANBENCH_SETUP_ROOT:-}
cargo_deny_version=0.20.2

say() { printf 'setup: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

# --- What is there ---------------------------------------------------------------------------

on_path() { command -v "$1" >/dev/null 2>&1; }

# CC and CXX may carry a wrapper and flags ("ccache g++"): the first word is the program.
first_word() { printf '%s\n' "${1%% *}"; }

# True where any of the arguments, globs expanded by the caller, names a file that exists.
any_exists() {
    for candidate; do
        [ -e "$candidate" ] && return 0
    done
    return 1
}

holds_libclang() {
    for library in "$1"/libclang.so* "$1"/libclang-*.so* "$1"/libclang.dylib; do
        case $library in *libclang-cpp*) continue ;; esac
        [ -e "$library" ] && return 0
    done
    return 1
}

# The directories where clang-sys, and so bindgen, looks for libclang.
libclang_directories() {
    on_path llvm-config && printf '%s/lib\n' "$(llvm-config --prefix)"
    on_path xcode-select && printf '%s/Toolchains/XcodeDefault.xctoolchain/usr/lib\n' "$(xcode-select -p)"
    for directory in "$root"/usr/lib* "$root"/usr/lib*/* "$root"/usr/lib*/*/* \
        "$root"/usr/local/llvm*/lib* "$root"/usr/local/lib* "$root"/usr/local/lib*/* \
        "$root"/usr/local/opt/llvm*/lib "$root"/Library/Developer/CommandLineTools/usr/lib; do
        [ -d "$directory" ] && printf '%s\n' "$directory"
    done
    return 0
}

# The library alone is not enough: without clang's own headers it cannot find stddef.h.
has_clang_headers() {
    any_exists "$root"/usr/lib*/clang/*/include/stddef.h "$root"/usr/lib*/llvm*/lib*/clang/*/include/stddef.h \
        "$root"/usr/local/lib*/clang/*/include/stddef.h "$1"/clang/*/include/stddef.h
}

has_libclang() {
    # Set, the variable is the only place bindgen looks in.
    if [ -n "${LIBCLANG_PATH:-}" ]; then
        holds_libclang "$LIBCLANG_PATH" || [ -f "$LIBCLANG_PATH" ] ||
            die "LIBCLANG_PATH=$LIBCLANG_PATH holds no libclang: correct it, or unset it to have libclang found or installed"
        return 0
    fi
    libclang_directories | while IFS= read -r directory; do
        if holds_libclang "$directory" && has_clang_headers "$directory"; then
            echo found
            break
        fi
    done | grep -q found
}

# fc-list knows what a font covers; without fontconfig, the names of the usual Korean fonts decide.
has_font() {
    on_path fc-list && fc-list ':lang=ko' 2>/dev/null | grep -q . && return 0
    for directory in "$root"/usr/share/fonts "$root"/usr/local/share/fonts "$root"/System/Library/Fonts \
        "$root"/Library/Fonts "${HOME:-}/.fonts" "${XDG_DATA_HOME:-${HOME:-}/.local/share}/fonts" "${HOME:-}/Library/Fonts"; do
        [ -d "$directory" ] || continue
        find "$directory" \( -iname '*nanum*.[ot]t[fc]' -o -iname 'notos*cjk*.[ot]t[fc]' -o -iname 'notos*kr*.[ot]t[fc]' \
            -o -iname 'sourcehan*.[ot]t[fc]' -o -iname 'applesdgothicneo*' -o -iname 'applegothic*' \
            -o -iname 'un[bd]*.ttf' -o -iname 'baekmuk*.ttf' -o -iname 'pretendard*.[ot]t[fc]' \
            -o -iname 'd2coding*.[ot]t[fc]' -o -iname 'malgun*.ttf' \) 2>/dev/null | grep -q . && return 0
    done
    return 1
}

has_node() {
    on_path npm && on_path node && node -e "process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)" >/dev/null 2>&1
}

has_chromium() {
    [ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ] && return 0
    on_path chromium || on_path chromium-browser || on_path google-chrome
}

has() {
    case $1 in
        compiler) on_path "$(first_word "${CC:-cc}")" && on_path "$(first_word "${CXX:-c++}")" ;;
        cmake) on_path cmake ;;
        libclang) has_libclang ;;
        font) has_font ;;
        python) python3 --version >/dev/null 2>&1 ;;
        pip) python3 -m pip --version >/dev/null 2>&1 ;;
        node) has_node ;;
        chromium) has_chromium ;;
        rustfmt) cargo fmt --version >/dev/null 2>&1 ;;
        clippy) cargo clippy --version >/dev/null 2>&1 ;;
        cargo-deny) cargo deny --version >/dev/null 2>&1 ;;
        *) say "unknown need '$1' (compiler, cmake, libclang, font, python, pip, node, chromium, rustfmt, clippy, cargo-deny)"; exit 2 ;;
    esac
}

# --- What is missing -------------------------------------------------------------------------

describe() {
    case $1 in
        compiler) echo "a C and C++ compiler (cc and c++, or what CC and CXX name)" ;;
        cmake) echo "cmake, which configures llama.cpp" ;;
        libclang) echo "libclang with its headers, for the bindings to llama.cpp" ;;
        font) echo "a font with Hangul, for the plots" ;;
        python) echo "python3, which writes the training text again to compare it" ;;
        pip) echo "pip (python3 -m pip), which fetches the real model" ;;
        node) echo "Node.js 18 or newer with npm, which runs the browser tests" ;;
        chromium) echo "Chromium (on PATH, or named in CHROMIUM), in which the browser tests open reports" ;;
        rustfmt) echo "rustfmt (cargo fmt)" ;;
        clippy) echo "clippy (cargo clippy)" ;;
        cargo-deny) echo "cargo-deny, which checks licences and sources" ;;
    esac
}

# The system package of a need: package_of MANAGER NEED
package_of() {
    case $1:$2 in
        apt-get:compiler) echo g++ ;;
        apt-get:libclang) echo libclang-dev ;;
        apt-get:font) echo fonts-nanum ;;
        apt-get:python | dnf:python) echo python3 ;;
        apt-get:pip | dnf:pip) echo python3-pip ;;
        apt-get:node | dnf:node | pacman:node) echo "nodejs npm" ;;
        dnf:compiler) echo "gcc gcc-c++" ;;
        dnf:libclang) echo clang-devel ;;
        dnf:font) echo naver-nanum-gothic-fonts ;;
        pacman:compiler) echo base-devel ;;
        pacman:libclang) echo clang ;;
        pacman:font) echo noto-fonts-cjk ;;
        pacman:python) echo python ;;
        pacman:pip) echo python-pip ;;
        brew:font) echo font-nanum-gothic ;;
        brew:node) echo node ;;
        brew:python | brew:pip) echo python ;;
        # Xcode's command line tools bring both, and bindgen finds that libclang without help.
        brew:compiler | brew:libclang) ;;
        *:cmake) echo cmake ;;
        *:chromium) echo chromium ;;
    esac
}

packages_of() {
    manager=$1
    shift
    for need; do package_of "$manager" "$need"; done | tr '\n' ' ' | sed 's/ *$//'
}

# --- Installing ------------------------------------------------------------------------------

is_root() { [ "$(id -u)" -eq 0 ]; }

# The command to type on this machine, in front of which a user who is not root needs sudo.
sudo_prefix() { is_root || printf 'sudo '; }

by_hand() {
    manager=$1
    packages=$(packages_of "$@")
    case $manager in
        apt-get) printf '%s\n' "$(sudo_prefix)apt-get update && $(sudo_prefix)apt-get install -y $packages" ;;
        dnf) printf '%s\n' "$(sudo_prefix)dnf install -y $packages" ;;
        pacman) printf '%s\n' "$(sudo_prefix)pacman -S --needed $packages" ;;
        brew)
            case " $* " in *" compiler "* | *" libclang "*) echo "xcode-select --install" ;; esac
            [ -z "$packages" ] || printf '%s\n' "brew install $packages"
            ;;
    esac
}

apt_get() {
    set -- env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
    is_root || set -- sudo "$@"
    "$@" >&2
}

install_with_apt() {
    is_root || on_path sudo || die "not root and no sudo here; run as root: $(by_hand apt-get "$@" | sed 's/sudo //g')"
    packages=$(packages_of apt-get "$@")
    say "installing with apt-get: $packages"
    apt_get update || say "apt-get update failed; trying with the package lists that are there"
    # Word splitting wanted: one argument a package.
    # shellcheck disable=SC2086
    apt_get install -y --no-install-recommends $packages ||
        die "apt-get could not install them; see its message above, then run: $(by_hand apt-get "$@")"
}

install_system() {
    [ $# -gt 0 ] || return 0
    if on_path apt-get; then
        install_with_apt "$@"
        return
    fi
    for manager in dnf pacman brew; do
        on_path "$manager" || continue
        say "run this, then start again:"
        by_hand "$manager" "$@" | sed 's/^/    /' >&2
        exit 1
    done
    die "no apt-get, dnf, pacman or brew here: install the above with this system's package manager, then start again"
}

install_rust_tool() {
    case $1 in
        rustfmt | clippy)
            on_path rustup || die "$1 is missing and there is no rustup: install $1 from where this Rust came from"
            say "installing $1: rustup component add $1"
            rustup component add "$1" >&2 || die "rustup could not add $1; see its message above"
            ;;
        cargo-deny)
            # Unoptimised: a third of the time to build, and a check takes two seconds either way.
            say "installing cargo-deny $cargo_deny_version from crates.io (once; a minute or two)"
            (
                unset CARGO_TARGET_DIR
                CARGO_PROFILE_DEV_DEBUG=false cargo install --quiet --locked --debug cargo-deny --version "$cargo_deny_version"
            ) >&2 || die "cargo could not install cargo-deny; see its message above, then run: cargo install --locked cargo-deny --version $cargo_deny_version"
            ;;
    esac
}

# --- All together ----------------------------------------------------------------------------

[ $# -gt 0 ] || set -- compiler cmake libclang font
on_path cargo || die "no Rust toolchain (cargo) on PATH: install one with rustup (https://rustup.rs), then start again"

missing=
system=
rust=
for need; do
    has "$need" && continue
    say "missing: $(describe "$need")"
    missing="$missing $need"
    case $need in
        rustfmt | clippy | cargo-deny) rust="$rust $need" ;;
        *) system="$system $need" ;;
    esac
done
[ -n "$missing" ] || exit 0

# Word splitting wanted in all three: one argument a need.
# shellcheck disable=SC2086
install_system $system
for tool in $rust; do install_rust_tool "$tool"; done
for need in $missing; do
    has "$need" || die "still missing after the installation: $(describe "$need")"
done
say "done"
