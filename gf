#!/usr/bin/env bash
# gradfold's one door: checks the tool chain, builds what a command needs, runs it.
# Kept to bash 3.2 (a Mac's): no associative arrays, no ${x,,}.
set -euo pipefail
self=${BASH_SOURCE[0]}
while [ -L "$self" ]; do  # what a link on the PATH points to
  link=$(readlink "$self")
  case $link in /*) self=$link ;; *) self=$(dirname "$self")/$link ;; esac
done
root=$(cd "$(dirname "$self")" && pwd)
build=$root/build
install=yes

# ---- what there is ---------------------------------------------------------------------------------------

# command | arguments | one line
commands='
course     | [--full] [--seed N]                      | every lesson in order on the embedded data, then out/index.html
test       | [NAME] [--asan] [--tsan] [--size]        | all tests, or those of a folder or file (nn, nn/layers, gemm)
lesson     | N.M [--data D] [--full] [--seed N] ...   | one step of the course; without N.M the list of steps
train      | MODEL --data D --out model.safetensors   | train a model; Ctrl-C keeps the checkpoint, --resume goes on
eval       | CHECKPOINT --data D                      | negative log-likelihood in nats and bits per dimension
sample     | CHECKPOINT --n 64 --out s.png            | draw new images, or complete a part of one
export     | CHECKPOINT --out FILE [--half]           | the weights of a model alone, to pass on
compress   | CHECKPOINT IMAGES OUT.gfz                | images without loss, in as many bits as the likelihood says
decompress | CHECKPOINT IN.gfz OUT                    | the images again: as .npy, IDX or PNG, by the ending of OUT
embed      | METHOD --data D --out y.npy              | a map of the data in few dimensions: PCA, LDA, MDS, Isomap, LLE, t-SNE, UMAP
graph      | MODEL or N.M [--out g.svg]               | the graph that backward walks, as SVG or DOT
bench      | [FILTER] [--json FILE] [--vs]            | our benchmarks; --vs: the same work in PyTorch
data       | mnist [FOLDER]                           | download MNIST and check it
doctor     |                                          | what this machine has, and what is missing
help       | [COMMAND]                                | this page, or the options of one command; help train pixel_cnn: of the model too
'
# Named by the design, not there yet.
planned='new next check watch hint reset status grade handout grade-all gradescope'

# what | apt | brew | dnf | commands of which one is enough, or <header>
requirements='
a C++20 compiler | g++                 | gcc           | gcc-c++             | c++ g++ clang++
CMake            | cmake               | cmake         | cmake               | cmake
Ninja or make    | ninja-build         | ninja         | ninja-build         | ninja make
fmt              | libfmt-dev          | fmt           | fmt-devel           | <fmt/core.h>
doctest          | doctest-dev         | doctest       | doctest-devel       | <doctest/doctest.h>
Highway          | libhwy-dev          | highway       | highway-devel       | <hwy/highway.h>
zlib             | zlib1g-dev          | zlib          | zlib-devel          | <zlib.h>
libpng           | libpng-dev          | libpng        | libpng-devel        | <png.h>
nlohmann-json    | nlohmann-json3-dev  | nlohmann-json | json-devel          | <nlohmann/json.hpp>
CLI11            | libcli11-dev        | cli11         | cli11-devel         | <CLI/CLI.hpp>
Eigen            | libeigen3-dev       | eigen         | eigen3-devel        | <eigen3/Eigen/Core>
Spectra          | libspectra-dev      | spectra       | spectra-devel       | <Spectra/SymEigsSolver.h>
KissFFT          | libkissfft-dev      | kissfft       | kissfft-devel       | <kissfft/kissfft.hh>
'
benchmark_requirement='
Google Benchmark | libbenchmark-dev    | google-benchmark | google-benchmark-devel | <benchmark/benchmark.h>
'
# A run without these still works: gnuplot costs the charts.
optional_requirements='
gnuplot          | gnuplot-nox         | gnuplot       | gnuplot             | gnuplot
'

say() { printf '%s\n' "$*" >&2; }
misuse() { say "gf: $1"; exit 2; }
fail() { say "gf: $1"; exit 1; }
column() { printf '%s\n' "$1" | cut -d'|' -f"$2" | sed 's/^ *//; s/ *$//'; }
lines() { printf '%s\n' "$1" | grep -v '^$'; }

# ---- the tool chain --------------------------------------------------------------------------------------

has() {  # has ninja make: one of them; has "<zlib.h>"
  local name folder
  for name in "$@"; do
    case $name in
      "<"*)
        name=${name#<}
        for folder in /usr/include /usr/local/include /opt/homebrew/include /opt/local/include \
                      "${CONDA_PREFIX:-/usr}/include" "${CMAKE_PREFIX_PATH:-/usr}/include"; do
          [ -e "$folder/${name%>}" ] && return 0
        done ;;
      *) command -v "$name" >/dev/null 2>&1 && return 0 ;;
    esac
  done
  return 1
}

missing_of() {  # the lines of a requirements table that this machine lacks
  local what apt brew dnf probes
  while IFS='|' read -r what apt brew dnf probes; do
    # shellcheck disable=SC2086
    [ -z "$what" ] || has $probes || printf '%s\n' "$what|$apt|$brew|$dnf|$probes"
  done <<<"$1"
}

packages() { column "$1" "$2" | tr '\n' ' ' | sed 's/ *$//'; }  # packages LINES COLUMN

name_missing() {
  say "gf: missing: $(column "$1" 1 | paste -sd ',' - | sed 's/,/, /g')"
  say "  Debian, Ubuntu:  apt-get install $(packages "$1" 2)"
  say "  macOS:           brew install $(packages "$1" 3)"
  say "  Fedora:          dnf install $(packages "$1" 4)"
}

# ensure_toolchain [EXTRA REQUIREMENTS]: what is optional is installed with the first build only.
ensure_toolchain() {
  local missing wanted command
  missing=$(missing_of "$requirements${1-}")
  wanted=$missing
  if [ ! -e "$build/CMakeCache.txt" ]; then wanted=$(missing_of "$requirements${1-}$optional_requirements"); fi
  [ -n "$wanted" ] || return 0
  if [ $install = no ] || ! command -v apt-get >/dev/null 2>&1; then
    name_missing "$wanted"
    [ -z "$missing" ] && return 0
    [ $install = no ] && fail "not installing, as --no-install asks"
    fail "there is no apt-get here to install them with: please do it as above, then run this again"
  fi
  command="apt-get install -y --no-install-recommends $(packages "$wanted" 2)"
  if [ "$(id -u)" = 0 ]; then
    say "gf: installing what is missing: $command"
    apt-get update -qq >&2 || true
    DEBIAN_FRONTEND=noninteractive $command >&2 || fail "the installation failed (see above)"
  elif command -v sudo >/dev/null 2>&1; then
    say "gf: installing what is missing: sudo apt-get update; sudo $command"
    sudo apt-get update -qq >&2 || true
    # shellcheck disable=SC2086
    sudo $command >&2 || fail "the installation failed (see above)"
  else
    fail "missing packages and neither root nor sudo: ask for  $command"
  fi
  missing=$(missing_of "$requirements${1-}")
  [ -z "$missing" ] || fail "still missing after the installation: $(column "$missing" 1 | paste -sd ',' - | sed 's/,/, /g')"
}

# ---- building --------------------------------------------------------------------------------------------

jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

# configure PRESET [OPTION:BOOL=ON]: only if there is no build yet, or it is of another folder or lacks the option.
configure() {
  local preset=$1 option=$2 generator="" cache=$build/CMakeCache.txt again=no
  if ! [ -e "$build/build.ninja" ] && ! [ -e "$build/Makefile" ]; then again=yes; fi
  if [ -e "$cache" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache"; then
    rm -rf "$cache" "$build/CMakeFiles"
    again=yes
  fi
  if [ -n "$option" ] && ! grep -qsxF "$option" "$cache"; then again=yes; fi
  [ $again = yes ] || return 0
  if ! [ -e "$cache" ] && command -v ninja >/dev/null 2>&1; then generator=-GNinja; fi
  if [ -e "$build/gf" ]; then say "gf: configuring ${build#"$root"/}"
  else say "gf: configuring ${build#"$root"/}; the first build takes some minutes"; fi
  (cd "$root" && cmake --preset "$preset" $generator ${option:+"-D$option"}) >"$build/configure.log" 2>&1 ||
    { cat "$build/configure.log" >&2; fail "CMake could not configure the project (see above)"; }
}

# How far a build is: on a terminal one line that counts, elsewhere (a log) a plain line every half minute.
log_every=${GRADFOLD_LOG_EVERY-30}  # seconds; tests set it
progress() {
  local line said=$SECONDS
  while IFS= read -r line; do
    case $line in "["*"]"*) ;; *) continue ;; esac
    if [ -t 2 ]; then printf '\r%.100s\033[K' "$line" >&2
    elif [ $((SECONDS - said)) -ge "$log_every" ]; then
      said=$SECONDS
      say "gf: building, ${line%%]*}]"
    fi
  done
  if [ -t 2 ]; then printf '\r\033[K' >&2; fi
}

# build_targets PRESET OPTION TARGET...: quiet unless the compiler has something to say. One at a time.
build_targets() {
  local preset=$1 option=$2 log=$build/build.log start=$SECONDS
  shift 2
  { mkdir -p "$build" && : >>"$build/.gf-lock"; } 2>/dev/null || fail "cannot build: $build may not be written"
  (
    if command -v flock >/dev/null 2>&1; then
      flock -n 9 || { say "gf: waiting for another ./gf that builds"; flock 9; }
    fi
    configure "$preset" "$option"
    if ! cmake --build "$build" -j "$jobs" --target "$@" 2>&1 | tee "$log" | progress; then
      grep -vE '^\[[ 0-9]+(/|%)|^ninja: |^make|^ccache' "$log" >&2 || true
      fail "the build failed (see above)"
    fi
    if grep -q 'warning:' "$log"; then
      grep -vE '^\[[ 0-9]+(/|%)|^ninja: |^make' "$log" >&2
    fi
    if grep -qE '^\[.*(Building|Linking)' "$log"; then say "gf: built in $((SECONDS - start)) s"; fi
  ) 9>"$build/.gf-lock"
}

# current PROGRAM: it is built, and no source is newer.
current() {
  [ -x "$1" ] || return 1
  [ -z "$(cd "$root" && find CMakeLists.txt tensor autograd nn manifold data viz models lessons tools -newer "$1" \
    \( -name '*.cpp' -o -name '*.h' -o -name '*.cmake' -o -name CMakeLists.txt \) 2>/dev/null | head -n 1)" ]
}

asks_help() {
  local word
  for word in "$@"; do
    case $word in -h | --help) return 0 ;; esac
  done
  return 1
}

# build_program TARGET PROGRAM [WORDS]: what has only to explain itself waits for no build if it is there.
build_program() {
  local target=$1 program=$2
  shift 2
  if asks_help "$@" && current "$program"; then return 0; fi
  ensure_toolchain
  build_targets release "" "$target"
}

# Started in another folder, a command writes its out/ there.
say_where() {
  local word
  for word in "$@"; do
    case $word in --out | --out=* | -h | --help) return 0 ;; esac
  done
  [ . -ef "$root" ] || say "gf: this writes to $PWD/out; with --out $root/out it counts as a step done"
}

# ---- commands --------------------------------------------------------------------------------------------

about() {
  cat <<'TEXT'
gradfold: deep learning from scratch in C++, to learn generative models by reading and running them.

  ./gf course     every lesson in order, then out/index.html
  ./gf test       the tests
  ./gf help       all commands
TEXT
  echo
  local step done="" next="" out=out
  [ . -ef "$root" ] || out=$root/out
  for step in $(steps | cut -d' ' -f1); do
    if [ -e "$root/out/$step/result.json" ]; then done="$done $step"
    elif [ -z "$next" ]; then next=$step; fi
  done
  if ! [ -x "$build/gf" ]; then
    echo "You are at the start: nothing is built yet. Next: ./gf course (it installs and builds what it needs)."
  elif [ -z "$done" ]; then
    echo "It is built. Next: ./gf course, or its first step alone: ./gf lesson $next"
  elif [ -n "$next" ]; then
    echo "You have run$done (pictures in $out/). Next: ./gf lesson $next, or ./gf course for all and one page of them."
  else
    echo "You have run every step: open $out/index.html. Next: change something (README.md says where) and run ./gf test."
  fi
}

help() {
  local line
  if [ $# -gt 0 ]; then
    line=$(lines "$commands" | grep "^$1 " || true)
    [ -n "$line" ] || unknown_command "$1"
    case $1 in
      course | train | eval | sample | export | compress | decompress | embed | graph | bench | doctor) need_program --help; exec "$build/gf" "$@" --help ;;
      lesson) if [ $# -gt 1 ]; then lesson "$2" --help; else lesson_help; return; fi ;;
      *) echo "./gf $1 $(column "$line" 2)"; column "$line" 3; return ;;
    esac
  fi
  echo "usage: ./gf COMMAND   (add --no-install to forbid installing packages)"
  lines "$commands" | awk -F ' *\\| *' '{printf "  ./gf %-10s %-41s %s\n", $1, $2, $3}'
  echo "to come: exercises that are checked"
}

# The nearest command by edit distance, if it is near.
nearest() {
  lines "$commands" | cut -d' ' -f1 | awk -v word="$1" '
    function least(a, b, c) { return a < b ? (a < c ? a : c) : (b < c ? b : c) }
    function distance(a, b,   i, j, d) {
      for (i = 0; i <= length(a); ++i) d[i, 0] = i
      for (j = 0; j <= length(b); ++j) d[0, j] = j
      for (i = 1; i <= length(a); ++i)
        for (j = 1; j <= length(b); ++j)
          d[i, j] = least(d[i-1, j] + 1, d[i, j-1] + 1, d[i-1, j-1] + (substr(a, i, 1) != substr(b, j, 1)))
      return d[length(a), length(b)]
    }
    BEGIN { best = 3 }
    { now = distance(word, $1); if (now < best) { best = now; name = $1 } }
    END { print name }'
}

unknown_command() {
  local near word
  for word in $planned; do
    [ "$word" != "$1" ] || misuse "$1 is not built yet; ./gf help lists what is"
  done
  near=$(nearest "$1")
  misuse "unknown command '$1'${near:+; did you mean $near?} (./gf help lists all)"
}

need_program() { build_program gf_program "$build/gf" "$@"; }

# "2.3 lessons/02_pixel_rnn_pixel_cnn/step_3_pixel_cnn.cpp" for every step, in order.
steps() {
  { cd "$root"; find lessons -name 'step_*.cpp' 2>/dev/null || true; } | sed -nE 's#^(lessons/0*([0-9]+)_[^/]*/step_([0-9]+)_.*)#\2.\3 \1#p' | sort -t. -k1,1n -k2,2n
}

lesson_help() {
  echo "usage: ./gf lesson N.M [OPTIONS]   (./gf lesson 1.1 --help lists the options of step 1.1)"
  steps | sed 's/^/  /'
}

lesson() {
  local step=${1-}
  if [ -z "$step" ] || ! steps | cut -d' ' -f1 | grep -qxF -- "$step"; then
    [ -z "$step" ] || say "gf: there is no step $step; the steps are"
    [ -n "$step" ] || say "The steps; ./gf lesson 1.1 runs the first:"
    steps | sed 's/^/  /' >&2
    [ -z "$step" ] && exit 0 || exit 2
  fi
  shift
  build_program "lesson_$step" "$build/lessons/lesson_$step" "$@"
  say_where "$@"
  exec "$build/lessons/lesson_$step" "$@"
}

run_tests() {
  local name="" preset=release targets=all match only="" status=0 size=no
  while [ $# -gt 0 ]; do
    case $1 in
      --asan | --tsan) preset=${1#--}; build=$root/build-$preset ;;
      --size) size=yes ;;
      -*) misuse "test: unknown option $1; it takes --asan, --tsan or --size" ;;
      *) [ -z "$name" ] || misuse "test takes one NAME, not '$name' and '$1'"; name=$1 ;;
    esac
    shift
  done
  if [ -n "$name" ]; then
    match=$(tests_named "$name")
    [ -n "$match" ] || misuse "no test is called '$name' (a layer is in nn/layers, an op in autograd/ops); there are the folders $(tests_named "" | cut -d' ' -f1 | sed 's/^[a-z]*_//' | sort -u | paste -sd ' ' -)"
    targets=$(printf '%s\n' "$match" | cut -d' ' -f1 | sort -u)
    only="^($(printf '%s\n' "$match" | cut -d' ' -f2 | paste -sd '|' -))\$"
  fi
  ensure_toolchain
  # shellcheck disable=SC2086
  build_targets "$preset" "" $targets
  [ $size = no ] || bash "$root/tools/size_report.sh" || true
  export ASAN_OPTIONS=${ASAN_OPTIONS-detect_stack_use_after_return=1} UBSAN_OPTIONS=${UBSAN_OPTIONS-print_stacktrace=1}
  ctest --test-dir "$build" --output-on-failure --no-tests=error -j "$jobs" ${only:+-R "$only"} |
    tee "$build/test.log" || status=1
  summary "$build/test.log"
  skipped "$build/Testing/Temporary/LastTest.log"
  return $status
}

# "program entry" of each test file that NAME means: "tensor" all of a folder, "nn/layers" and "layers" the files
# of nn that begin so (test_layers.cpp, grad_layers.cpp).
tests_named() {
  local name=${1#tests/}  # a path will do as well
  name=${name%.cpp} name=${name%/}
  (cd "$root/tests" && find . -name 'test_*.cpp' -o -name 'grad_*.cpp') | sed 's#^\./##; s#\.cpp$##' | sort |
    awk -F/ -v name="${name/test_/}" '
      { kind = substr($2, 1, 4); bare = substr($2, 6); entry = kind == "grad" ? $2 : bare }
      $1 == name || index(bare, name) == 1 || index(entry, name) == 1 || (name ~ /\/./ && index($1 "/" bare, name) == 1) {
        print kind "_" $1, $1 "/" entry
      }'
}

# ctest's closing lines as one: what passed, what failed, how long it took.
summary() {
  awk '
    / tests failed out of / { failed = $4; all = $NF }
    /^Total Test time/ { seconds = $(NF - 1) }
    END {
      if (all == "") exit
      if (failed + 0 == 0) printf "gf: %s passed in %.0f s\n", all == 1 ? "the one test" : "all " all " tests", seconds
      else printf "gf: %d of %d tests FAILED in %.0f s; what they said is above\n", failed, all, seconds
    }' "$1"
}

# What test cases could not try here, in the words of tests/files.h's skip(), and how many they were.
skipped() {
  [ -r "$1" ] || return 0
  sed -n 's/^.*skipped: //p' "$1" | sort |
    awk '{ ++cases[$0] } END { for (why in cases) printf "gf: %d test case%s skipped: %s\n", cases[why], cases[why] == 1 ? "" : "s", why }' | sort
}

bench() {
  ensure_toolchain "$benchmark_requirement"
  build_targets release GRADFOLD_BENCH:BOOL=ON gf_program gf_bench
  exec "$build/gf" bench "$@"
}

doctor() {
  local what apt brew dnf probes state
  echo "tool chain"
  while IFS='|' read -r what apt brew dnf probes; do
    [ -n "$what" ] || continue
    state=found
    # shellcheck disable=SC2086
    has $probes || state="missing (apt: ${apt// /}, brew: ${brew// /}, dnf: ${dnf// /})"
    printf '  %-18s %s\n' "$what" "$state"
  done <<<"$requirements$optional_requirements$benchmark_requirement"
  if [ -n "$(missing_of "$requirements")" ]; then
    echo "the rest needs a build: ./gf test installs what is missing"
    exit 1
  fi
  need_program
  exec "$build/gf" doctor "$@"
}

main() {
  local command arguments=() argument
  for argument in "$@"; do
    if [ "$argument" = --no-install ]; then install=no; else arguments+=("$argument"); fi
  done
  set -- ${arguments[@]+"${arguments[@]}"}
  command=${1-}
  [ $# -eq 0 ] || shift
  case ${1-} in -h | --help) set -- "$command"; command=help ;; esac
  case $command in
    "") about ;;
    help | -h | --help) help "$@" ;;
    test) run_tests "$@" ;;
    lesson) lesson "$@" ;;
    bench) bench "$@" ;;
    doctor) doctor "$@" ;;
    course)
      ensure_toolchain
      build_targets release "" gf_program lessons
      say_where "$@"
      exec "$build/gf" course "$@" ;;
    data)
      [ "${1-}" = mnist ] || misuse "data: name what to download; there is mnist"
      shift
      exec bash "$root/tools/fetch_mnist.sh" "$@" ;;
    train | eval | sample | export | compress | decompress | embed | graph)
      need_program "$@"
      exec "$build/gf" "$command" "$@" ;;
    *) unknown_command "$command" ;;
  esac
}

main "$@"; exit  # on one line: bash reads on after a command, and this file may have changed meanwhile
