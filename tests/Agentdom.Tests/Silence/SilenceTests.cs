using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Agentdom.TestSupport;
using Agentdom.Tests.Module;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Silence;

/// <summary>
/// Runs every cmdlet with all streams enabled in a real pwsh with a transcript, both failing and succeeding. No secret, signature
/// or token may be in any output, file or log. The searched values are those that the issuers saw on the wire.
/// </summary>
[Collection(PowerShellCollection.Name)]
public sealed partial class SilenceTests(ITestOutputHelper output)
{
    private static readonly string s_script =
        Path.Combine(TestPaths.RepositoryRoot, "tests", "Agentdom.Tests", "Silence", "Everything.ps1");

    [GeneratedRegex("\"(?:token|signature)\":\"([^\"]+)\"")]
    private static partial Regex Sensitive { get; }

    [Fact]
    public async Task NoSecretSignatureOrTokenIsFoundAnywhere()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The command lines of processes are read from /proc.");
        using var turn = CrontabTurn.Take(TestContext.Current.CancellationToken);
        var folder = TestPaths.NewFolder();
        string Folder(string name) => Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        var (known, seen, home) = (Folder("known"), Folder("seen"), Folder("home"));
        // A passphrase with words, as a user may choose it, and not only random digits.
        var secret = $"a pass phrase {Random()}";
        var (wrong, canary) = ($"a wrong one {Random()}", $"canary {Random()}");
        await File.WriteAllLinesAsync(Path.Combine(known, "secrets"), [secret, wrong, canary], TestContext.Current.CancellationToken);
        try
        {
            await using var issuer = await LoggingIssuer.StartAsync(secret);
            await using var proxy = new FaultyProxy(issuer.Name);
            await using var echo = new EchoingIssuer(secret);
            using var commandLines = new CommandLines();

            var run = await RunAsync(home, known, seen, proxy.Name, echo.Name);
            await File.WriteAllTextAsync(Path.Combine(seen, "console.txt"), run, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(seen, "processes.txt"), commandLines.Seen, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(seen, "issuer.log"), await issuer.LogAsync(), TestContext.Current.CancellationToken);

            AssertEachCaseWentAsPlanned(known, run);
            AssertTheSearchSees(seen, canary);
            var sensitive = proxy.Exchanges.SelectMany(e => Sensitive.Matches(e.Request + e.Given).Select(m => m.Groups[1].Value))
                .Concat(echo.Sensitive)
                .Concat(await File.ReadAllLinesAsync(Path.Combine(known, "more"), TestContext.Current.CancellationToken))
                .Concat([secret, wrong]).Distinct().ToArray();
            var search = new Search(sensitive);
            output.WriteLine($"{sensitive.Length} texts in {search.Count} forms; {echo.Echoes} echoes; " +
                $"{Directory.GetFiles(seen).Length} files, {Directory.GetFiles(seen).Sum(f => new FileInfo(f).Length) / 1024} KiB");

            Assert.True(sensitive.Length > 30, $"{sensitive.Length}");
            Assert.True(echo.Echoes > 20, $"{echo.Echoes}");
            Assert.Empty(search.InFiles(seen));
            Assert.Empty(search.InFiles(Path.Combine(home, "agentdom")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void TheSearchFindsEveryForm()
    {
        const string Secret = "a pass phrase of 32 bytes, or more";
        const string Token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZ2VudCJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg";
        var search = new Search([Secret, Token]);
        foreach (var text in new[] { Secret, Token, Token.Split('.')[1], Token.Split('.')[2] })
        {
            var utf16 = Encoding.Unicode.GetBytes(text);
            Assert.NotEmpty(search.In($"before {text} after"));
            Assert.NotEmpty(search.In([0, 1, .. utf16]));
            if (text == Token) continue;
            Assert.NotEmpty(search.In($"<SS>{Convert.ToHexStringLower(utf16)}</SS>"));
            Assert.NotEmpty(search.In(Convert.ToBase64String(Encoding.UTF8.GetBytes(text + " and more"))));
        }
        Assert.Empty(search.In("eyJhbGciOiJIUzI1NiJ9, a pass phrase"));
    }

    // Only cron is registered for real above. For the other schedulers the generated text is searched.
    [Fact]
    public void NoSchedulerIsHandedASecret()
    {
        var texts = new[] { Random(), Random() };
        using var secret = new EnvironmentVariable("AGENTDOM_ATP_SECRET", texts[0]);
        using var key = new EnvironmentVariable("AGENTDOM_VAULT_KEY", texts[1]);
        var job = SampleJobs.Job();

        string[] handed =
        [
            SystemdText.Service(job), SystemdText.Timer(job), LaunchdText.Plist(job), TaskText.Xml(job, "user", DateTime.UnixEpoch, true),
            CrontabText.With("", job, static _ => 0), new RefreshScript("m", "v", job.Interval).ForScheduler(),
        ];

        Assert.All(handed, text => Assert.Empty(new Search(texts).In(text)));
    }

    private static void AssertEachCaseWentAsPlanned(string known, string run)
    {
        var cases = File.ReadAllLines(Path.Combine(known, "cases")).Select(l => l.Split('|')).ToArray();
        var wrong = cases.Where(c => c[1] != "*" && c[1] != c[2]).Select(c => string.Join('|', c)).ToArray();
        Assert.True(wrong.Length == 0, $"{string.Join('\n', wrong)}\n\n{run}");
        var exported = File.ReadAllLines(Path.Combine(known, "exported")).Order();
        IEnumerable<string> Run(Func<string, bool> outcome) =>
            cases.Where(c => outcome(c[2])).SelectMany(c => c[0].Split(' ')).Distinct().Intersect(exported).Order();
        // A new cmdlet must be added to the script, both failing and succeeding.
        Assert.Equal(exported, Run(static id => id.Length == 0));
        Assert.Equal(exported, Run(static id => id.Length > 0));
    }

    // Proves that the search finds a planted value in each place: in the output, inside errors, and in the transcript.
    private static void AssertTheSearchSees(string seen, string canary)
    {
        string Read(string file) => File.ReadAllText(Path.Combine(seen, file));
        foreach (var (file, words) in new[]
        {
            ("transcript.txt", "verbose"), ("said-1.txt", "verbose"), ("said-1.txt", "inner"),
            ("errors-1.txt", "inner"), ("errors-1.txt", "target"), ("errors-1.xml", "target"),
        })
        {
            Assert.Contains($"{words} {canary}", Read(file));
        }
        Assert.NotEmpty(new Search([canary]).InFiles(seen));
        // And that these are the real files.
        Assert.Contains("Agentdom.Audit", Read("issuer.log"));
        Assert.Contains("trce:", Read("issuer.log"));
        Assert.Contains("Asking http://", Read("transcript.txt"));
        Assert.Contains("Everything.ps1", Read("processes.txt"));
    }

    private static async Task<string> RunAsync(string home, string known, string seen, string issuer, string echo)
    {
        var start = new ProcessStartInfo("dotnet",
            [
                TestPaths.Pwsh, "-NoProfile", "-NonInteractive", "-File", s_script,
                "-Module", TestPaths.ModuleManifest, "-Known", known, "-Out", seen,
                "-Issuer", issuer, "-Echo", echo, "-Nobody", ClosedPort.Shared.Name,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in new[]
        {
            ("HOME", home), ("AGENTDOM_HOME", Path.Combine(home, "agentdom")),
            ("NO_COLOR", "1"), ("POWERSHELL_TELEMETRY_OPTOUT", "1"),
        })
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return said + await errors;
    }

    private static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));

    /// <summary>The sample issuer with all its logging enabled.</summary>
    private sealed class LoggingIssuer(Process process, string name, StringBuilder log) : IAsyncDisposable
    {
        internal string Name => name;

        internal static async Task<LoggingIssuer> StartAsync(string secret)
        {
            var start = new ProcessStartInfo("dotnet", [TestPaths.SampleIssuer, "--urls", "http://127.0.0.1:0"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["ATP_SECRET"] = secret, ["ATP_RATE_LIMIT"] = "off", ["Logging__LogLevel__Default"] = "Trace",
                    ["Logging__LogLevel__Microsoft.AspNetCore"] = "Trace", ["NO_COLOR"] = "1" },
            };
            var process = Process.Start(start)!;
            var log = new StringBuilder();
            var listening = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            void Keep(object sender, DataReceivedEventArgs e)
            {
                lock (log) log.AppendLine(e.Data);
                if (e.Data is null) listening.TrySetException(new InvalidOperationException($"The sample issuer ended: {log}"));
                else if (e.Data.Split("Now listening on: http://") is [_, var address]) listening.TrySetResult(address);
            }
            process.OutputDataReceived += Keep;
            process.ErrorDataReceived += (_, e) => { lock (log) log.AppendLine(e.Data); };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return new LoggingIssuer(process, await listening.Task, log);
        }

        /// <summary>Stops it and returns its log.</summary>
        internal async Task<string> LogAsync()
        {
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync();
            lock (log) return log.ToString();
        }

        public async ValueTask DisposeAsync()
        {
            await LogAsync();
            process.Dispose();
        }
    }

    /// <summary>Collects the command lines of all processes of this machine, by polling.</summary>
    private sealed class CommandLines : IDisposable
    {
        private readonly ConcurrentDictionary<string, bool> _seen = new();
        private readonly CancellationTokenSource _end = new();
        private readonly Task _looking;

        internal CommandLines() => _looking = Task.Run(Look);

        internal string Seen => string.Join('\n', _seen.Keys);

        public void Dispose()
        {
            _end.Cancel();
            _looking.Wait();
            _end.Dispose();
        }

        private void Look()
        {
            while (!_end.IsCancellationRequested)
            {
                foreach (var process in Directory.GetDirectories("/proc").Where(d => char.IsDigit(d[6])))
                {
                    try
                    {
                        _seen.TryAdd(File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' '), true);
                    }
                    catch (IOException)
                    {
                        // The process has exited.
                    }
                }
                _end.Token.WaitHandle.WaitOne(20);
            }
        }
    }
}
