#!/usr/bin/env bash
# How long files, functions and lines are. Prints one line, and one for each file above 400 and each function
# above 60 lines: not a limit, a question (is it one idea?). Lines above 120 characters are only counted. A
# function is taken to be what starts at a line that ends in ") ... {" outside of others and ends at the closing
# brace that stands no deeper.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck disable=SC2016
git ls-files '*.h' '*.cpp' 2>/dev/null | LC_ALL=C xargs awk '
  FNR == 1 { if (file != "") ++files; file = FILENAME; open = 0 }
  { ++count[FILENAME]; ++lines }
  length($0) > 120 { text = $0; gsub(/[\200-\277]/, "", text); if (length(text) > 120) ++wide }  # bytes to characters
  !open && /^ *[A-Za-z_~\[].*\).*\{$/ &&
    !/^ *(if|for|while|switch|else|do|catch|return|namespace|struct|class|enum|TEST_CASE)/ {
    open = 1; first = FNR; match($0, /^ */); indent = RLENGTH; head = $0; next
  }
  open && match($0, /^ *}/) && RLENGTH <= indent + 1 {
    open = 0; ++functions; n = FNR - first + 1
    if (n > 60) {
      sub(/^ */, "", head)
      long = long sprintf("  %s:%d: %d lines: %s\n", FILENAME, first, n, substr(head, 1, 70))
    }
  }
  END {
    for (f in count) if (count[f] > 400) long = long sprintf("  %s: %d lines\n", f, count[f])
    printf "size: %d lines (%d over 120 columns) in %d files, %d functions%s\n", lines, wide, files + 1, functions,
      long == "" ? "" : "; long ones:"
    printf "%s", long
  }'
