#!/usr/bin/env bash
# Downloads MNIST (LeCun, Cortes and Burges): ./gf data mnist [FOLDER]
#
# FOLDER is ${XDG_CACHE_HOME:-~/.cache}/gradfold/mnist unless given. A file that is there and right is left alone; a
# download that was cut off goes on where it stopped; a file that is not MNIST, byte for byte, is refused. The sums in
# mnist.sha256 are those of the unpacked bytes, because mirrors pack the same bytes differently.
#
# GRADFOLD_MNIST_URL names other places to download from (base URLs, blanks between; file:// works).
# Exit: 0 everything is there, 1 something could not be had, 2 misuse.
set -u

mirrors=${GRADFOLD_MNIST_URL:-"
  https://storage.googleapis.com/cvdf-datasets/mnist
  https://ossci-datasets.s3.amazonaws.com/mnist
  http://yann.lecun.com/exdb/mnist"}
sums=$(dirname "$0")/mnist.sha256

say() { printf '%s\n' "$*"; }
fail() { printf 'gf: data mnist: %s\n  hint: %s\n' "$1" "$2" >&2; exit "${3:-1}"; }

sha256() {
  if command -v sha256sum >/dev/null; then sha256sum
  elif command -v shasum >/dev/null; then shasum -a 256
  else openssl dgst -sha256 -r
  fi | cut -d ' ' -f 1
}

# is_right FILE SUM: a whole .gz of exactly the bytes that we want.
is_right() { [ -s "$1" ] && gzip -t "$1" 2>/dev/null && [ "$(gzip -dc "$1" | sha256)" = "$2" ]; }

# download URL FILE: goes on after the bytes that FILE has. 23, as curl says it: FILE cannot be written.
download() {
  if command -v curl >/dev/null; then
    curl --fail --location --silent --show-error --connect-timeout 20 --speed-limit 1000 --speed-time 30 \
      --continue-at - --output "$2" "$1"
  elif [ "${1#file://}" != "$1" ]; then
    cp "${1#file://}" "$2"
  else
    wget --no-verbose --continue --tries 2 --timeout 30 --output-document "$2" "$1" || return $(($? == 3 ? 23 : $?))
  fi
}

# try_mirror URL NAME SUM: one download, continuing the part that is there; true when the right file is in place.
try_mirror() {
  local part=$folder/$2.part status
  say "  $2: downloading from $1"
  download "$1/$2" "$part"
  status=$?
  if is_right "$part" "$3"; then mv -f "$part" "$folder/$2"; return; fi
  case $status in
    0) say "  $2: what $1 sent is corrupt or not MNIST (wrong SHA-256); it was thrown away" >&2
       rm -f "$part" ;;
    8 | 22 | 33 | 36) rm -f "$part" ;;  # wget, curl: no such file there, or nothing to continue with
    23) fail "$part cannot be written" "is the disk full? with room again this goes on where it stopped" ;;
  esac
  return 1
}

# fetch NAME SUM: a part that a mirror could not complete rightly is begun anew there, once. A part that the network
# cut off stays, for the next mirror and the next run.
fetch() {
  local mirror began
  for mirror in $mirrors; do
    began=$([ -s "$folder/$1.part" ] && echo yes)
    try_mirror "${mirror%/}" "$1" "$2" && return
    [ "$began" ] && [ ! -s "$folder/$1.part" ] && try_mirror "${mirror%/}" "$1" "$2" && return
  done
  return 1
}

case ${1-} in
  -h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit 0 ;;
  -*) fail "there is no option $1" "./gf data mnist [FOLDER]" 2 ;;
esac
[ $# -le 1 ] || fail "one folder at most can be named, but $# words were given" "./gf data mnist [FOLDER]" 2
for tool in gzip cut; do
  command -v "$tool" >/dev/null || fail "$tool is missing" "install it, then try again"
done
command -v curl >/dev/null || command -v wget >/dev/null ||
  fail "neither curl nor wget is here" "install one, then try again"

folder=${1:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/gradfold/mnist}
mkdir -p "$folder" 2>/dev/null && [ -w "$folder" ] ||
  fail "the folder $folder cannot be written" "name another, ./gf data mnist PLACE/mnist, and set GRADFOLD_DATA to PLACE"

missing=
while read -r sum name; do
  if is_right "$folder/$name.gz" "$sum"; then
    say "  $name.gz: already there"
  elif fetch "$name.gz" "$sum"; then
    say "  $name.gz: downloaded, SHA-256 right"
  else
    missing=$name.gz
    break  # the others would wait for the same mirrors
  fi
done <"$sums"

[ -z "$missing" ] || fail "could not get $missing from any of:$(printf ' %s' $mirrors)" \
  "check the network and the disk and run this again, it goes on where it stopped; \
or put the files into $folder yourself"
say "MNIST is in $folder"
