using System.Text.Json;
using System.Text.Json.Nodes;
using Agentdom.Tests.Support;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.Tests.PublishedAgentdom;

/// <summary>The published client as one user has it: a home folder with a wallet, and Node, which trusts the authority.</summary>
/// <param name="authority">The authority of the hosts.</param>
/// <param name="home">The home folder.</param>
internal sealed class PublishedClient(ThrowawayAuthority authority, string home)
{
    private const string Call =
        """
        const [module, name, ...rest] = process.argv.slice(1);
        const done = (write, code) => value => { write(value); process.exitCode = code; };
        Promise.resolve(require(module)[name](...rest.map(a => JSON.parse(a)))).then(
            done(value => process.stdout.write(JSON.stringify(value)), 0), done(error => process.stderr.write(error.message), 1));
        """;

    private string WalletFile => Path.Combine(home, ".agentdom", "wallet.json");

    /// <summary>What it has stored for a host, or null.</summary>
    internal JsonNode? Stored(string host) =>
        JsonNode.Parse(File.ReadAllText(WalletFile))!["providers"]![host]!["agent_token"];

    /// <summary>Stores an API key in its wallet, as <c>agentdom setup</c> does.</summary>
    internal void StoreKey(string host, string key, params (string Name, string Value)[] members)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(WalletFile)!);
        File.WriteAllText(WalletFile, Wallet(host, key, members));
    }

    /// <summary>A wallet with an API key and nothing else.</summary>
    internal static string Wallet(string host, string key, params (string Name, string Value)[] members)
    {
        var entry = new JsonObject { ["method"] = "api_key", ["token"] = key };
        foreach (var (name, value) in members) entry[name] = value;
        return new JsonObject { ["wallet"] = "0.1", ["providers"] = new JsonObject { [host] = entry } }.ToJsonString();
    }

    /// <summary>Calls a function of one of its modules, which must succeed.</summary>
    /// <returns>What it returned.</returns>
    internal async Task<JsonNode?> CallAsync(string module, string function, object?[] arguments, params (string, string)[] environment)
    {
        var (exitCode, output, errors) = await TryCallAsync(module, function, arguments, environment);
        Assert.True(exitCode == 0, output + errors);
        return JsonNode.Parse(output);
    }

    internal Task<(int ExitCode, string Output, string Errors)> TryCallAsync(
        string module, string function, object?[] arguments, params (string, string)[] environment) =>
        PublishedTools.RunAsync(
            authority, home, environment,
            ["-e", Call, "--", module, function, .. arguments.Select(static argument => JsonSerializer.Serialize(argument))]);

    /// <summary>Runs one of its scripts, which must succeed.</summary>
    internal async Task<string> RunAsync(params string[] arguments)
    {
        var (exitCode, output, errors) = await PublishedTools.RunAsync(authority, home, arguments);
        Assert.True(exitCode == 0, output + errors);
        return output;
    }
}
