using System.Collections.Concurrent;
using System.Net;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.ExtensionsHttp;

/// <summary><c>AddAgentTokenClient</c> in an app's services.</summary>
public sealed class HttpClientFactoryTests : IAsyncLifetime, ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _log = new();
    private TokenApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await TokenApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task TheCacheOutlivesTheFactorysHandlers()
    {
        var made = 0;
        await using var app = App(services => services.AddHttpClient("orders", c => c.BaseAddress = _api.Uri("/"))
            .SetHandlerLifetime(TimeSpan.FromSeconds(1))
            .ConfigurePrimaryHttpMessageHandler(() =>
            {
                Interlocked.Increment(ref made);
                return new SocketsHttpHandler();
            })
            .AddAgentTokenClient(_api.Name, ["data.read"], Configure));

        // The factory's clock cannot be moved. A second handler shows that the first one's lifetime is over.
        await TokenApi.UntilAsync(async () =>
        {
            Assert.Equal("test-agent", await GetAsync(app, "orders"));
            return Volatile.Read(ref made) > 1;
        });
        Assert.Equal(1, _api.Asked);
    }

    [Fact]
    public async Task AnAppsHandlerForOtherRequestsIsNotUsed()
    {
        await using var app = App(services =>
        {
            // It follows redirects, so AtpClient would refuse it.
            services.AddTransient<HttpMessageHandler, HttpClientHandler>();
            services.AddHttpClient("orders", c => c.BaseAddress = _api.Uri("/")).AddAgentTokenClient(_api.Name, ["data.read"], Configure);
        });

        Assert.Equal("test-agent", await GetAsync(app, "orders"));
    }

    [Fact]
    public async Task EachClientHasItsOwnTokenAndOptions()
    {
        await using var app = App(services =>
        {
            services.AddHttpClient("orders", c => c.BaseAddress = _api.Uri("/")).AddAgentTokenClient(_api.Name, ["data.read"], Configure);
            services.AddHttpClient("billing", c => c.BaseAddress = _api.Uri("/"))
                .AddAgentTokenClient(_api.Name, ["data.read", "data.write"], o =>
                {
                    Configure(o);
                    o.AgentId = "billing-agent";
                });
        });

        Assert.Equal("test-agent", await GetAsync(app, "orders"));
        Assert.Equal("billing-agent", await GetAsync(app, "billing"));
        Assert.Equal(2, _api.Asked);
    }

    [Fact]
    public async Task TheSecretCanComeFromConfigurationAndIsReadAgainAtEachRenewal()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            [new("Orders:Secret", "another secret, of more than 32 bytes"), new("Orders:AgentId", "configured")]).Build();
        await using var app = App(services =>
        {
            services.AddHttpClient("orders", c => c.BaseAddress = _api.Uri("/")).AddAgentTokenClient(_api.Name, "data.read");
            services.Configure<AgentTokenSourceOptions>("orders", configuration.GetSection("Orders"));
        });
        await Agent.FailsAsync(AtpError.SignatureRefused, () => GetAsync(app, "orders"));

        configuration["Orders:Secret"] = TestIssuer.SecretText;
        configuration.Reload();
        _api.Time.Advance(6);
        Assert.Equal("configured", await GetAsync(app, "orders"));
    }

    [Fact]
    public async Task TheLogReportsRenewalsAndContainsNoTokenEvenAtItsLowestLevel()
    {
        await using var app = App(services => services
            .AddHttpClient("orders", c => c.BaseAddress = _api.Uri("/")).AddAgentTokenClient(_api.Name, ["data.read"], Configure));
        await GetAsync(app, "orders");
        Assert.Contains(_log, l =>
            l.Level == LogLevel.Debug && l.Text.StartsWith($"A new agent token for {_api.Name}", StringComparison.Ordinal));

        _api.IsDown = true;
        _api.Time.Advance(56 * 60);
        await GetAsync(app, "orders");
        await TokenApi.UntilAsync(() => Task.FromResult(_log.Any(static l =>
            l.Level == LogLevel.Warning && l.Text.Contains("the old one is used until", StringComparison.Ordinal))));

        _api.Time.Advance(5 * 60);
        await Agent.FailsAsync(AtpError.IssuerUnavailable, () => GetAsync(app, "orders"));
        Assert.Contains(_log, static l =>
            l.Level == LogLevel.Error && l.Text.StartsWith("There is no agent token", StringComparison.Ordinal));

        var token = _api.Shown[0]!["Bearer ".Length..];
        Assert.DoesNotContain(_log, l => l.Text.Contains(token, StringComparison.Ordinal)
            || l.Text.Contains(TestIssuer.SecretText, StringComparison.Ordinal));
        // Proves that the factory's own logging of headers was enabled.
        Assert.Contains(_log, static l => l.Level == LogLevel.Trace && l.Text.Contains("Authorization", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ATokenForMoreThanADayIsAWarning()
    {
        await using var issuer = await ScriptedIssuer.StartAsync(Answers.Json(200, """{"token":"t.long","expires_in":100000}"""));
        await using var app = App(services => services
            .AddHttpClient("orders", c => c.BaseAddress = _api.Uri("/")).AddAgentTokenClient(issuer.Name, ["data.read"], Configure));
        using var http = app.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
        using var refused = await http.GetAsync("/data");

        Assert.Contains(_log, l => l.Level == LogLevel.Warning
            && l.Text.StartsWith($"A new agent token for {issuer.Name} (data.read) is valid until", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://api.example.com", "data.read", AtpError.HostInvalid)]
    [InlineData("api.example.com", "two scopes", AtpError.ScopeInvalid)]
    public async Task InvalidSettingsPreventTheAppFromStarting(string host, string scope, AtpError expected) =>
        await Agent.FailsAsync(expected,
            () => Task.FromResult(new ServiceCollection().AddHttpClient("orders").AddAgentTokenClient(host, scope)));

    private static void Configure(AgentTokenSourceOptions options)
    {
        options.AgentId = "test-agent";
        options.Secret = TestIssuer.SecretText;
    }

    private ServiceProvider App(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(this));
        services.AddSingleton<TimeProvider>(_api.Time);
        services.AddSingleton(new AtpClient(_api.Time));
        add(services);
        return services.BuildServiceProvider(validateScopes: true);
    }

    private static async Task<string> GetAsync(ServiceProvider app, string client)
    {
        using var http = app.GetRequiredService<IHttpClientFactory>().CreateClient(client);
        return await http.GetStringAsync("/data");
    }

    ILogger ILoggerProvider.CreateLogger(string categoryName) => this;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> format) =>
        _log.Enqueue((level, $"{format(state, exception)} {exception}"));

    void IDisposable.Dispose()
    {
        // Nothing to dispose.
    }
}
