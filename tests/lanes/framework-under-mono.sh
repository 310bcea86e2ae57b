#!/usr/bin/env bash
# Runs the netstandard2.0 build, which Windows PowerShell loads, under Mono on published vectors. See README.md in this folder.
#   tests/lanes/framework-under-mono.sh [MODULE_FOLDER] [VECTORS_FOLDER]
# Needs mono and mcs (Debian: mono-devel), the built module, and the vectors (AGENTDOM_VECTORS).
set -uo pipefail
lanes=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$lanes/../.." && pwd)
module=${1:-$root/out/Agentdom}
vectors=${2:-${AGENTDOM_VECTORS:-$root/../shared/vectors}}
limit=120

for tool in mono mcs; do
    command -v "$tool" >/dev/null || { echo "FAILED: $tool is missing. On Debian, install mono-devel."; exit 1; }
done
[ -d "$module/bin/netstandard2.0" ] || { echo "FAILED: $module holds no module. Run 'dotnet build' first."; exit 1; }
[ -d "$vectors/jcs" ] || { echo "FAILED: $vectors holds no vectors. Set AGENTDOM_VECTORS."; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mcs -r:System.Web.Extensions.dll -out:"$work/FrameworkBuild.exe" "$lanes/FrameworkBuild.cs" >"$work/log" 2>&1
timeout --kill-after=10 "$limit" mono "$work/FrameworkBuild.exe" "$module/bin/netstandard2.0" "$vectors" >>"$work/log" 2>&1
cat "$work/log"

# The output decides, because with an exit code of 0 some checks may not have run.
missing=0
while IFS= read -r line; do
    grep -qxF "$line" "$work/log" || { echo "missing: $line"; missing=$((missing + 1)); }
done <<'EXPECTED'
ok: numbers
ok: es6 sequence of 10000
ok: jcs arrays
ok: jcs french
ok: jcs structures
ok: jcs unicode
ok: jcs values
ok: jcs weird
ok: refusals
ok: signature
ok: wycheproof hmac
ok: sealed box
EXPECTED
grep -q '^runtime: Mono ' "$work/log" || { echo "missing: runtime: Mono"; missing=$((missing + 1)); }
grep -q '^not ok: ' "$work/log" && missing=$((missing + 1))

if [ "$missing" -eq 0 ]; then echo PASSED; else echo "FAILED: $missing"; exit 1; fi
