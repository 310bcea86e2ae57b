#!/usr/bin/env bash
# Fuzzes one target, guided by coverage: fuzz.sh request|token [seconds]. Needs afl-fuzz (Debian: apt-get install afl++) and
# sharpfuzz (dotnet tool install --global SharpFuzz.CommandLine). Its findings are in bin/fuzz/<target>/default/crashes.
set -euo pipefail
cd "$(dirname "$0")"
target=$1 seconds=${2:-300}
app=bin/fuzz/app-$target

rm -rf "$app"
dotnet publish --configuration Release --output "$app"
# The parsers and the JWT library. Code that is not instrumented does not guide the fuzzer.
for library in Agentdom.Protocol Agentdom.Client Agentdom.Issuer \
    Microsoft.IdentityModel.JsonWebTokens Microsoft.IdentityModel.Tokens System.IdentityModel.Tokens.Jwt; do
    sharpfuzz "$app/$library.dll"
done

# The first two tell afl-fuzz that the program is dotnet, and that SharpFuzz reports crashes, not the system.
export AFL_SKIP_BIN_CHECK=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 AFL_NO_UI=1
rm -rf "bin/fuzz/$target"
afl-fuzz -i "corpus/$target" -o "bin/fuzz/$target" -x corpus/json.dict -t 10000 -V "$seconds" \
    -- dotnet "$app/Agentdom.Fuzz.dll" "$target"
grep -E '^(run_time|execs_done|corpus_count|edges_found|saved_crashes|saved_hangs)' "bin/fuzz/$target/default/fuzzer_stats"
