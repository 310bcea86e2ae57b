using System.Management.Automation;
using System.Net;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>What is given for a secret or a token is in no error record, however it is bound and whatever type it has.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class PlainTextTests : IDisposable
{
    private const string Plain = "plain-text-secret-of-more-than-32-bytes";

    private readonly Engine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData("Request-AtpToken h data.read -Secret $p")]
    [InlineData("Request-AtpToken h data.read -Secret @{ secret = $p }")]
    [InlineData("Set-AtpSecret h $p")]
    [InlineData("Set-AtpSecret h $p, $p")]
    [InlineData("Set-AtpSecret h ([pscustomobject]@{ secret = $p })")]
    [InlineData("Set-AtpSecret h ([uri] \"http://$p\")")]
    [InlineData("$all = @{ HostName = 'h'; Secret = $p }; Set-AtpSecret @all")]
    [InlineData("$p | Set-AtpSecret h")]
    [InlineData("@{ secret = $p } | Set-AtpSecret h")]
    [InlineData("Test-AtpToken h -Token $p")]
    [InlineData("[pscustomobject]@{ HostName = 'h'; AccessToken = $p } | Test-AtpToken")]
    [InlineData("\"eyJhbGciOiJIUzI1NiJ9.$p.$p\" | Test-AtpToken")]
    [InlineData("ConvertFrom-AtpToken $p")]
    [InlineData("$p | ConvertFrom-AtpToken")]
    [InlineData("[pscustomobject]@{ Token = $p } | ConvertFrom-AtpToken")]
    [InlineData("ConvertFrom-AtpToken $s -Secret $p")]
    [InlineData("New-AtpSignature @{ a = 1 } $p")]
    [InlineData("Test-AtpSignature @{ a = 1 } x $p")]
    [InlineData("Start-AtpServer -Secret $p")]
    public void ItIsRefusedWithoutBeingRepeated(string script)
    {
        var error = AssertSilent(script);

        Assert.StartsWith("AtpPlainTextRefused,", error.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.InvalidArgument, error.CategoryInfo.Category);
        Assert.Contains("SecureString", error.Exception.Message);
        Assert.Null(error.TargetObject);
    }

    [Theory]
    [InlineData("ConvertFrom-AtpToken $s")]
    [InlineData("$p | New-AtpSignature -Secret $s")]
    // JSON's own message repeats a literal that it does not know.
    [InlineData("\"t$p\" | New-AtpSignature -Secret $s")]
    [InlineData("Test-AtpSignature \"[t$p]\" x $s")]
    public void AFailureBehindTheBindingDoesNotRepeatItEither(string script) => AssertSilent(script);

    private ErrorRecord AssertSilent(string script)
    {
        var result = _engine.Run(script, ("p", Plain), ("s", new NetworkCredential("", Plain).SecurePassword));

        var error = Assert.Single(result.Errors);
        var parts = new List<object?> { error, error.TargetObject, error.ErrorDetails, error.CategoryInfo, error.InvocationInfo };
        for (var e = error.Exception; e is not null; e = e.InnerException) parts.AddRange([e.Message, e]);
        parts.AddRange(error.InvocationInfo.BoundParameters.Where(static b => b.Key != "Body").Select(static b => b.Value));
        Assert.All(parts, part => Assert.DoesNotContain(Plain, $"{part}", StringComparison.Ordinal));
        return error;
    }
}
