#!/usr/bin/env bash
# Runs the module in pwsh.exe, with the Windows build of .NET, under Wine: README.md beside this file.
#   tests/lanes/windows-under-wine.sh [MODULE_FOLDER]
# Needs wine64 (Debian: wine64), script (Debian: bsdutils), dotnet with nuget.org or a filled package cache, and the built module.
set -uo pipefail
lanes=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$lanes/../.." && pwd)
module=${1:-$root/out/Agentdom}
limit=420

left() { echo "$((limit > SECONDS ? limit - SECONDS : 1))"; }
fail() { echo "FAILED: $1"; exit 1; }
wine=$(command -v wine64 || command -v wine) || fail "wine64 is missing. On Debian, install wine64. Nothing was run."
for tool in script timeout dotnet; do
    command -v "$tool" >/dev/null || fail "$tool is missing. Nothing was run."
done
[ -f "$module/Agentdom.psd1" ] || fail "$module holds no module. Run 'dotnet build' first."

work=$(mktemp -d)
prefix=$work/prefix
drive=$prefix/drive_c

# Nothing of the caller's environment reaches the Windows side, and HOME keeps Wine off the caller's folders.
# mshtml off: Wine would offer to install a browser. DOTNET_EnableWriteXorExecute=0: with its double mapping, the runtime dies
# under Wine when the first collected dynamic method is freed.
windows() {
    env -i PATH="$PATH" HOME="$work" TERM=xterm LANG=C.UTF-8 WINEPREFIX="$prefix" WINEDEBUG=-all WINEDLLOVERRIDES='mshtml=' \
        DOTNET_ROOT='C:\dotnet' DOTNET_EnableWriteXorExecute=0 POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off NO_COLOR=1 \
        timeout --kill-after=10 "$(left)" "$@"
}

clean_up() {
    if [ -d "$drive" ]; then
        limit=$((SECONDS + 20))
        windows "$wine" wineboot --kill >/dev/null 2>&1
    fi
    # Wine's server may write its registry once more when it ends.
    for _ in 1 2 3 4 5; do
        rm -rf "$work" 2>/dev/null
        sleep 1
        [ -d "$work" ] || return
    done
    echo "could not be removed: $work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# The .NET tool that the test suite runs as well holds pwsh.exe, but no runtime: that comes from two packs.
powershell=$(sed -n 's/.*"version": "\([0-9.]*\)".*/\1/p' "$root/.config/dotnet-tools.json")
packages=$(dotnet nuget locals global-packages --list | sed -n 's/^global-packages: //p')

download() {
    {
        echo '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup><ItemGroup>'
        for package in "$@"; do echo "<PackageDownload Include=\"${package%%=*}\" Version=\"[${package##*=}]\" />"; done
        echo '</ItemGroup></Project>'
    } >"$work/download.csproj"
    timeout --kill-after=10 "$(left)" dotnet restore "$work/download.csproj" >"$work/restore.log" 2>&1 ||
        { cat "$work/restore.log"; fail "dotnet restore: $*"; }
}

download "PowerShell=$powershell"
pwsh=$(find "$packages/powershell/$powershell/tools" -path '*/any/win/pwsh.exe' -printf '%h' -quit)
[ -n "$pwsh" ] || fail "the package PowerShell $powershell holds no any/win/pwsh.exe."
# pwsh.runtimeconfig.json asks for 10.0.0 or a later patch. This dependency has a release for each patch of the runtime.
runtime=$(sed -n 's/.*"Microsoft.Windows.Compatibility": "\([0-9.]*\)".*/\1/p' "$pwsh/pwsh.deps.json" | head -n 1)
[ -n "$runtime" ] || fail "pwsh.deps.json names no runtime version."
download "Microsoft.NETCore.App.Runtime.win-x64=$runtime" "Microsoft.WindowsDesktop.App.Runtime.win-x64=$runtime"

windows "$wine" wineboot --init >"$work/wineboot.log" 2>&1 </dev/null
[ -f "$prefix/system.reg" ] || [ -d "$drive/windows" ] || { cat "$work/wineboot.log"; fail "Wine made no prefix."; }
# Wine 8 starts as Windows 7, which .NET does not support.
windows "$wine" reg add 'HKCU\Software\Wine' /v Version /d win10 /f >"$work/reg.log" 2>&1 </dev/null
# So that pwsh meets services that start with the finished prefix, http.sys among them.
windows "$wine" wineboot --kill >/dev/null 2>&1 </dev/null
# The drive that maps the whole file system. Windows programs need only C: here.
rm -f "$prefix/dosdevices/z:"

mkdir -p "$drive/dotnet/host/fxr/$runtime" "$drive/lane"
for framework in NETCore WindowsDesktop; do
    pack=$packages/microsoft.${framework,,}.app.runtime.win-x64/$runtime/runtimes/win-x64
    target=$drive/dotnet/shared/Microsoft.$framework.App/$runtime
    mkdir -p "$target"
    cp "$pack"/lib/net*/*.* "$pack"/native/* "$target"
done
mv "$drive/dotnet/shared/Microsoft.NETCore.App/$runtime/hostfxr.dll" "$drive/dotnet/host/fxr/$runtime"
cp -r "$pwsh" "$drive/pwsh"
cp -r "$module" "$drive/Agentdom"
cp "$lanes/WindowsUnderWine.ps1" "$drive/lane"
cd "$drive/lane" || fail "Wine made no drive."

# pwsh.exe needs a console, which Wine makes out of a terminal. What is printed goes into a file, since a terminal wraps lines.
export -f windows left
export wine work prefix limit
# shellcheck disable=SC2016
SECONDS_BEFORE=$SECONDS script --quiet --return --command '
    SECONDS=$SECONDS_BEFORE
    windows "$wine" "C:\\pwsh\\pwsh.exe" -NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass \
        -File "C:\\lane\\WindowsUnderWine.ps1" "C:\\Agentdom\\Agentdom.psd1" "C:\\lane" >"$work/printed" 2>"$work/errors"
    ' /dev/null </dev/null >/dev/null

tr -d '\r' <"$work/printed" >"$work/log"
echo "wine: $("$wine" --version)"
cat "$work/log"

# What was printed decides: an exit code of 0 says nothing of checks that never ran.
missing=0
while IFS= read -r line; do
    grep -qxF "$line" "$work/log" || { echo "missing: $line"; missing=$((missing + 1)); }
done <<'EXPECTED'
ok: windows build
ok: import
ok: agent id from MachineGuid
ok: loopback issuer
ok: request
ok: get from the vault
ok: call with the token
ok: test
ok: renew
ok: key protected by DPAPI
ok: key opened by another process
ok: damaged key refused
ok: revoke
ok: lock held by another process
ok: lock given back by a killed process
ok: four processes write to one vault
ok: four processes renew one token once
ok: stop
end
EXPECTED
grep -q "^runtime: pwsh $powershell, \.NET $runtime, Microsoft Windows NT " "$work/log" || { echo "missing: runtime"; missing=$((missing + 1)); }
grep -q '^not ok: ' "$work/log" && missing=$((missing + 1))

if [ "$missing" -eq 0 ]; then
    echo PASSED
else
    tail -n 20 "$work/errors"
    [ "$SECONDS" -lt "$limit" ] || echo "stopped at the time limit of $limit seconds"
    echo "FAILED: $missing"
    exit 1
fi
