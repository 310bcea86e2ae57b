using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Agentdom.Tests.Support;

/// <summary>The issuer on Node and Express from the benchmarks, an independent implementation of the protocol.</summary>
internal sealed class ExpressIssuer : IDisposable
{
    private readonly Process _process;

    private ExpressIssuer(Process process, int port)
    {
        _process = process;
        Name = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
    }

    internal string Name { get; }

    internal static async Task<ExpressIssuer> StartAsync()
    {
        var folder = Path.Combine(TestPaths.RepositoryRoot, "tests", "Agentdom.Benchmarks", "express");
        Needs.That(Directory.Exists(Path.Combine(folder, "node_modules")), "express", $"Express is not here (npm ci, in {folder}).");
        var port = FreePort.Find();
        var start = new ProcessStartInfo("node", [Path.Combine(folder, "server.js"), port.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["ATP_SECRET"] = TestIssuer.SecretText;
        ExpressIssuer? issuer = null;
        try
        {
            issuer = new ExpressIssuer(Process.Start(start)!, port);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Needs.Missing("express", "There is no node here.");
        }
        while (!await IsListeningAsync(port))
        {
            Assert.False(issuer._process.HasExited, "The issuer on Express ended before it listened.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        _ = issuer._process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        return issuer;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static async Task<bool> IsListeningAsync(int port)
    {
        try
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
