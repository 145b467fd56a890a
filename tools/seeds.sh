#!/usr/bin/env bash
# Lessons from several seeds: tools/seeds.sh N [STEP...], from the seeds 1 to N, or with M-N from M to N; without STEP
# all of them. A claim that holds once may have been lucky.
#
# Prints a row for each run: the step, the seed, its seconds, and the claims, NO after those that did not hold. What the
# lesson said is in out/seeds/SEED/STEP.log, its table and pictures beside it.
# Exit: 0 every claim of every run held, 1 one did not or a run failed, 2 misuse.
set -euo pipefail
cd "$(dirname "$0")/.."

seeds=${1-} status=0
[[ $seeds == *-* ]] || seeds=1-$seeds
first=${seeds%-*} last=${seeds#*-}
if ! [[ $seeds =~ ^[1-9][0-9]*-[1-9][0-9]*$ ]] || ((first > last)); then
  echo "usage: tools/seeds.sh N [STEP...]   from the seeds 1 to N, or M-N; without STEP every step" >&2
  exit 2
fi
shift
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(./gf help lesson | sed -n 's/^  \([0-9.]*\) .*/\1/p')

printf '%-5s %4s %8s  %s\n' step seed seconds claims
for step in "$@"; do
  for ((seed = first; seed <= last; ++seed)); do
    out=out/seeds/$seed code=0 seconds=- claims=
    log=$out/$step.log result=$out/$step/result.json
    mkdir -p "$out"
    rm -f "$result"  # of another day
    ./gf lesson "$step" --quick --seed "$seed" --out "$out" >"$log" 2>&1 || code=$?
    case $code in
      0) ;;
      2) cat "$log" >&2; exit 2 ;;
      130) exit 130 ;;  # Ctrl-C
      *) status=1 ;;
    esac
    # One line of JSON. Quotes within its texts have a backslash before them, so these are keys.
    if [ -e "$result" ]; then
      seconds=$(sed 's/.*"seconds":\([^,]*\).*/\1/' "$result")
      claims=$(grep -oE '"id":"[^"]*"|"holds":(true|false)' "$result" | awk -F '"' '
        $2 == "id" { printf "%s%s", sep, $4; sep = "  " }
        $3 == ":false" { printf " NO" }')
    else claims="no table; see $log"; fi
    printf '%-5s %4s %8.6s  %s\n' "$step" "$seed" "$seconds" "$claims"
  done
done
exit $status
