namespace Agentdom.Tests.Protocol;

/// <summary>No error repeats the user name or password of an address, such as a proxy's.</summary>
public sealed class AtpExceptionTests
{
    private const string Address = "http://user:p%40ss@word@proxy.example:3128/";

    [Fact]
    public void NeitherMessageNorAdviceRepeatsThem()
    {
        var error = new AtpException(AtpError.HostUnreachable, $"No way through '{Address}'.", $"Look at {Address}, or at a@b.example.");

        AssertClean(error);
        Assert.Equal("No way through 'http://[removed]@proxy.example:3128/'.", error.Happened);
        Assert.EndsWith("or at a@b.example.", error.Advice);
    }

    [Fact]
    public void NoInnerExceptionRepeatsThem()
    {
        var inner = new InvalidOperationException("inner", new IOException($"The proxy '{Address}' failed."));

        AssertClean(Failure(inner));
        AssertClean(Failure(new AggregateException(new IOException(), inner)));
        AssertClean(Failure(inner).About("This").WithAdvice("Or that."));
    }

    [Fact]
    public void NoDataOfAnInnerExceptionRepeatsThem()
    {
        var inner = new IOException("It failed.") { Data = { ["proxy"] = new Uri("http://user:p@proxy.example/") } };

        AssertClean(Failure(new InvalidOperationException("outer", inner)));
    }

    [Fact]
    public void OtherInnerExceptionsAreKept()
    {
        var inner = new IOException("It failed.");

        Assert.Same(inner, Failure(inner).InnerException);
    }

    [Theory]
    [InlineData("No space left on device : '/a/b.tmp'", "No space left on device : '/a/b.tmp'.")]
    [InlineData("It failed. ", "It failed.")]
    [InlineData("Is it there?", "Is it there?")]
    [InlineData("It said: xx\u2026", "It said: xx\u2026")]
    public void TheReasonEndsBeforeTheAdvice(string reason, string shown) =>
        Assert.Equal($"{shown} Try again.", new AtpException(AtpError.VaultUnwritable, reason, "Try again.").Message);

    private static AtpException Failure(Exception cause) => new(AtpError.HostUnreachable, "It failed.", "Try again.", cause);

    private static void AssertClean(AtpException error)
    {
        Assert.DoesNotContain("user", error.ToString());
        Assert.DoesNotContain("ss", $"{error.Message}{error.Happened}{error.Advice}");
        Assert.DoesNotContain("p%40ss", error.ToString());
        for (Exception? e = error; e is not null; e = e.InnerException) Assert.Empty(e.Data);
    }
}
