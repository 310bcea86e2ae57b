using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using JsonArray = System.Text.Json.Nodes.JsonArray;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.Tests.PublishedAgentdom;

/// <summary>What the intent dispatcher of the published tools sends to an API.</summary>
public sealed class DispatcherTests
{
    // The package lacks this module, and asks it for nothing but what else is on the machine.
    private const string MissingModule =
        """
        const modules = require('module'), find = modules._resolveFilename;
        modules._resolveFilename = function (name, ...rest) {
            return find.call(this, name === './discovery' ? 'events' : name, ...rest);
        };
        """;

    private const string Call =
        """
        const [preload, server, intent] = process.argv.slice(1);
        const child = require('child_process').spawn(process.execPath, ['-r', preload, server], { stdio: ['pipe', 'pipe', 'inherit'] });
        const send = message => child.stdin.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\n');
        const client = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
        send({ id: 1, method: 'initialize', params: client });
        require('readline').createInterface({ input: child.stdout }).on('line', line => {
            const answer = JSON.parse(line);
            if (answer.id === 1) {
                send({ method: 'notifications/initialized' });
                send({ id: 2, method: 'tools/call', params: { name: 'dispatch_intent', arguments: { intent, args: {} } } });
            } else if (answer.id === 2) {
                console.log(answer.result.content[0].text);
                child.kill();
            }
        });
        child.on('exit', () => process.exit());
        """;

    [Fact]
    public async Task AsPublishedItDoesNotStart()
    {
        await using var app = await TlsApp.StartAsync();
        var (exitCode, output, errors) = await app.RunAsync(PublishedTools.Agentdom, "serve");

        Assert.Equal(1, exitCode);
        Assert.Contains("Cannot find module './discovery'", output + errors);
    }

    [Fact]
    public async Task WhatItSendsIsNeverTheVariable()
    {
        var (received, port) = (new List<string?>(), FreePort.Find());
        await using var app = await TlsApp.StartAsync(
            o =>
            {
                o.Manifest.Members["auth"] = new JsonObject
                {
                    ["method"] = "api_key",
                    ["key_header"] = "Authorization",
                    ["key_format"] = "Bearer {token}",
                };
                o.Manifest.Capabilities.Add(new JsonObject
                {
                    ["intent"] = "seen.read",
                    ["transport"] = "api",
                    ["method"] = "GET",
                    ["endpoint"] = $"https://localhost:{port}/seen",
                    ["side_effects"] = new JsonArray("read"),
                });
            },
            app => app.MapGet("/seen", (HttpContext http) => received.Add(http.Request.Headers.Authorization)), port: port);
        var variable = ($"AGENTDOM_{app.Name.Replace(':', '_').ToUpperInvariant()}_TOKEN", "a token");

        // It looks only at hosts in its wallet.
        Assert.Contains("No provider found", await DispatchAsync(app, variable));
        Assert.Empty(received);

        var (exitCode, output, errors) = await app.RunAsync(PublishedTools.Agentdom, "auth", app.Name, "--key", "a key");
        Assert.True(exitCode == 0, output + errors);
        await DispatchAsync(app, variable);
        await DispatchAsync(app);
        Assert.Equal(["undefined", "Bearer a key"], received);
    }

    private static async Task<string> DispatchAsync(TlsApp app, params (string Name, string Value)[] environment)
    {
        var preload = Path.Combine(app.Home, "missing-module.js");
        await File.WriteAllTextAsync(preload, MissingModule);
        var (exitCode, output, errors) = await PublishedTools.RunAsync(
            app.Authority, app.Home, environment, ["-e", Call, "--", preload, PublishedTools.DesktopServer, "seen.read"]);
        Assert.True(exitCode == 0, output + errors);
        return output;
    }
}
