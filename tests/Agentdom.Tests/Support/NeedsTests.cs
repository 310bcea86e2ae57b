namespace Agentdom.Tests.Support;

/// <summary>Whether a test without what it needs is skipped or fails.</summary>
public sealed class NeedsTests
{
    [Fact]
    public void WhatTheRunSaysIsHereMustBeHere()
    {
        var before = Environment.GetEnvironmentVariable(Needs.Variable);
        using var variable = new EnvironmentVariable(Needs.Variable, $"{before} a-thing");

        Needs.That(true, "a-thing", "It is not here.");
        var failure = Record.Exception(static () => Needs.That(false, "a-thing", "It is not here."));
        Assert.Contains("AGENTDOM_REQUIRED says that a-thing is here", failure!.Message);
        var skip = Record.Exception(static () => Needs.That(false, "another-thing", "It is not here."));
        Assert.Equal("$XunitDynamicSkip$It is not here.", skip!.Message);
    }
}
