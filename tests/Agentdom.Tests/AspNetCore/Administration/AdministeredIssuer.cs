using System.Text;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.AspNetCore;

/// <summary>An issuer whose agents are in an SQLite file, with the administration at /agents for the operators.</summary>
internal sealed class AdministeredIssuer : IAsyncDisposable
{
    private readonly AppDatabase _database;

    private AdministeredIssuer(AppDatabase database, LogCapture log, TestIssuer issuer) =>
        (_database, Log, Issuer) = (database, log, issuer);

    internal LogCapture Log { get; }

    internal TestIssuer Issuer { get; }

    internal IAgentStore Store => Issuer.Service<IAgentStore>();

    /// <param name="configure">Changes the options.</param>
    /// <param name="services">Adds services, before the issuer's.</param>
    /// <param name="guard">Guards the administration. The default is the operators' policy.</param>
    /// <param name="addSecret">Whether the issuer has a shared secret.</param>
    internal static async Task<AdministeredIssuer> StartAsync(
        Action<AgentTokenIssuerOptions>? configure = null, Action<IServiceCollection>? services = null,
        Action<IEndpointConventionBuilder>? guard = null, bool addSecret = true)
    {
        var (database, log) = (await AppDatabase.CreateAsync(AppDatabase.Sqlite), new LogCapture());
        try
        {
            return new AdministeredIssuer(database, log, await TestIssuer.StartAsync(
                configure,
                s =>
                {
                    services?.Invoke(s);
                    s.AddSingleton<ILoggerProvider>(log);
                    s.AddAuthentication().AddScheme<AuthenticationSchemeOptions, Operators>(Operators.SchemeName, null);
                    s.AddAuthorizationBuilder().AddPolicy(Operators.Policy, p => p
                        .AddAuthenticationSchemes(Operators.SchemeName)
                        .RequireUserName(Operators.Name));
                    database.AddTo(s);
                },
                app =>
                {
                    var administration = app.MapAgentTokenAdministration("/agents");
                    if (guard is null) administration.RequireAuthorization(Operators.Policy);
                    else guard(administration);
                },
                addSecret));
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a request to the administration.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">What follows <c>/agents</c>.</param>
    /// <param name="body">The JSON, or null for no body.</param>
    /// <param name="user">The operator, or null for nobody.</param>
    internal async Task<HttpResponseMessage> SendAsync(string method, string path, string? body = null, string? user = Operators.Name)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Issuer.Uri("/agents" + path));
        if (user is not null) request.Headers.Add(Operators.Header, user);
        // A change without a body is declared as JSON too.
        if (body is not null || method == "POST") request.Content = new StringContent(body ?? "", Encoding.UTF8, "application/json");
        return await Wire.Http.SendAsync(request);
    }

    /// <summary>Sends a request that must succeed.</summary>
    internal async Task<JsonObject> CallAsync(string method, string path, string? body = null, int status = StatusCodes.Status200OK)
    {
        using var answer = await SendAsync(method, path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{method} {path}: {(int)answer.StatusCode} {text}");
        Assert.True(answer.Headers.CacheControl?.NoStore);
        return text.Length == 0 ? new JsonObject() : StrictJson.ParseObject(text);
    }

    /// <summary>Registers an agent with the scope data.read.</summary>
    /// <returns>Its secret.</returns>
    internal async Task<string> RegisterAsync(string id) =>
        (await CallAsync("POST", "", $$"""{"agent_id":"{{id}}","scopes":["data.read"]}""", StatusCodes.Status201Created)).Text("secret")!;

    /// <summary>Checks that a request is refused as the protocol says.</summary>
    /// <returns>The description.</returns>
    internal async Task<string> RefusedAsync(int status, string code, string method, string path, string? body = null)
    {
        using var answer = await SendAsync(method, path, body);
        return (await Wire.AssertRefusedAsync(answer, status, code)).GetProperty("error_description").GetString()!;
    }

    /// <summary>What the issuer answers to an agent's token request.</summary>
    internal async Task<int> RequestAsync(string agentId, string secret, string scope = "data.read")
    {
        using var answer = await Issuer.RequestTokenAsync(TestIssuer.Signed(Body(agentId, scope), secret));
        return (int)answer.StatusCode;
    }

    internal Task<string> TokenAsync(string agentId, string secret) => Wire.TokenAsync(Issuer, Body(agentId, "data.read"), secret);

    internal async Task<int> UseAsync(string token)
    {
        using var answer = await Issuer.GetDataAsync(token);
        return (int)answer.StatusCode;
    }

    /// <summary>Makes the database fail, as if its tables were gone, and mends it again.</summary>
    internal async Task WithoutTablesAsync(Func<Task> meanwhile)
    {
        await RenameTablesAsync("", "gone_");
        await meanwhile();
        await RenameTablesAsync("gone_", "");
    }

    public async ValueTask DisposeAsync()
    {
        await Issuer.DisposeAsync();
        Log.Dispose();
        await _database.DisposeAsync();
    }

    private static Dictionary<string, object?> Body(string agentId, string scope) =>
        new(TestIssuer.Body()) { ["agent_id"] = agentId, ["scopes"] = new[] { scope } };

    private async Task RenameTablesAsync(string from, string to)
    {
        await using var connection = new SqliteConnection(_database.ConnectionString);
        await connection.OpenAsync();
        await using var query = connection.CreateCommand();
        query.CommandText = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
        var names = new List<string>();
        await using (var reader = await query.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync()) names.Add(reader.GetString(0));
        }
        foreach (var name in names)
        {
            await using var rename = connection.CreateCommand();
            rename.CommandText = $"ALTER TABLE \"{name}\" RENAME TO \"{to}{name[from.Length..]}\"";
            await rename.ExecuteNonQueryAsync();
        }
    }
}
