using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.AspNetCore;

/// <summary>A mistyped scope of an endpoint is noticed before the first agent is refused.</summary>
public sealed class ScopeCheckTests
{
    private const int RequiresUnknownScopes = 2011;

    [Fact]
    public async Task AScopeThatTheIssuerDoesNotOfferIsNamedAtTheStart()
    {
        using var log = new LogCapture();
        await using var issuer = await TestIssuer.StartAsync(
            services: s => s.AddLogging(l => l.AddProvider(log)),
            map: static app =>
            {
                app.MapGet("/orders", static () => "").RequireAgentScope("data.raed", "data.read").WithDisplayName("the orders");
                app.MapGroup("/more").RequireAgentScope("data.read").MapGet("/", static () => "");
            });

        var warning = Assert.Single(log.All, static e => e.Id == RequiresUnknownScopes);
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.Contains("'the orders'", warning.Text);
        Assert.Contains("no agent can call it: data.raed. Offered are: data.read", warning.Text);
    }

    [Fact]
    public async Task AttributesAreCheckedToo()
    {
        using var log = new LogCapture();
        await using var issuer = await TestIssuer.StartAsync(
            services: s =>
            {
                s.AddLogging(l => l.AddProvider(log));
                new ControllerParts(typeof(NotesController), typeof(MistypedController)).AddTo(s);
            },
            map: static app => app.MapControllers());

        var warning = Assert.Single(log.All, static e => e.Id == RequiresUnknownScopes);
        Assert.Contains(nameof(MistypedController), warning.Text);
        Assert.Contains("no agent can call it: data.raed. Offered are: data.read data.write", warning.Text);
    }

    [Fact]
    public async Task WhatAnIssuerElsewhereOffersIsUnknown()
    {
        await using var api = await ResourceApp.StartAsync("https://issuer.example.com");

        Assert.DoesNotContain(api.Log.All, static e => e.Id == RequiresUnknownScopes);
    }
}
