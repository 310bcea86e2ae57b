using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agentdom.Tests.Client;

/// <summary>What an HttpClient with our handler sends, and what it never sends.</summary>
public sealed class TokenHandlerTests : IAsyncLifetime
{
    private TokenApi _api = null!;
    private AgentTokenSource _source = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await TokenApi.StartAsync();
        _source = _api.Source();
        _http = _api.Client(_source);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task TheProtectedEndpointAnswersAndOneTokenServesAllRequests()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => _http.GetStringAsync("/data")));

        Assert.All(answers, static a => Assert.Equal("test-agent", a));
        Assert.Equal(1, _api.Asked);
    }

    [Fact]
    public async Task ASynchronousRequestCarriesATokenToo()
    {
        using var response = await Task.Run(() => _http.Send(new HttpRequestMessage(HttpMethod.Get, "/data")));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task TheTokenTakesThePlaceOfOtherCredentialsAndIsNotLeftInTheRequest()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/data");
        var basic = request.Headers.Authorization = new AuthenticationHeaderValue("Basic", "dTpw");
        using var response = await _http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal($"Bearer {await _source.GetTokenAsync()}", Assert.Single(_api.Shown));
        Assert.Same(basic, request.Headers.Authorization);
        Assert.Null(_http.DefaultRequestHeaders.Authorization);
    }

    [Fact]
    public async Task WithoutATokenNothingIsSent()
    {
        _api.IsDown = true;

        await Agent.FailsAsync(AtpError.IssuerUnavailable, () => _http.GetAsync("/data"));
        Assert.Empty(_api.Shown);
    }

    [Theory]
    [InlineData("https://evil.example/", AtpError.EndpointForeign)]
    [InlineData("https://127.0.0.1.evil.example/", AtpError.EndpointForeign)]
    [InlineData("https://127.0.0.2/", AtpError.EndpointForeign)]
    [InlineData("http://localhost:{0}/data", AtpError.EndpointForeign)]
    [InlineData("http://evil.example/", AtpError.EndpointInvalid)]
    [InlineData("http://user:password@127.0.0.1:{0}/data", AtpError.EndpointInvalid)]
    public async Task AnotherHostOrAPlainAddressGetsNothing(string address, AtpError expected)
    {
        var error = await Agent.FailsAsync(expected, () => _http.GetAsync(string.Format(null, address, _api.Uri("/").Port)));

        Assert.Contains("nothing was sent", error.Message);
        Assert.DoesNotContain("password", error.Message);
        Assert.Equal(0, _api.Asked);
        Assert.Empty(_api.Shown);
    }

    [Theory]
    [InlineData("api.example.com", "https://api.example.com:8443/x", true)]
    [InlineData("api.example.com", "https://EU.api.example.com/", true)]
    [InlineData("api.example.com", "https://example.com/", false)]
    [InlineData("api.example.com", "https://notapi.example.com/", false)]
    [InlineData("api.example.com", "https://data.example.net/", true)]
    [InlineData("api.example.com", "https://sub.data.example.net/", false)]
    [InlineData("api.example.com", "http://api.example.com/", false)]
    [InlineData("127.0.0.1", "https://1.127.0.0.1.example/", false)]
    public async Task ATokenIsForItsHostItsSubdomainsAndTheApiHosts(string host, string address, bool isSent)
    {
        // There is no issuer here: the test only checks whether the handler requests a token.
        var options = new AgentTokenSourceOptions { AgentId = "a", GetSecret = _ => throw new InvalidOperationException() };
        options.ApiHosts.Add("Data.Example.net");
        var source = new AgentTokenSource(_api.Agent, host, ["data.read"], options);
        using var http = new HttpClient(new AgentTokenMessageHandler(source) { InnerHandler = new SocketsHttpHandler() });

        var error = await Assert.ThrowsAsync<AtpException>(() => http.GetAsync(address));
        Assert.Equal(isSent, error.Error == AtpError.SecretMissing);
    }

    [Fact]
    public async Task ARedirectToAnotherHostIsFollowedWithoutTheTokenAndItsRefusalRequestsNoNewOne()
    {
        var shown = new List<string?>();
        await using var other = await TestHost.StartAsync(app => app.Map("/{**path}", (HttpContext http) =>
        {
            shown.Add(http.Request.Headers.Authorization);
            return Results.StatusCode(401);
        }));
        var elsewhere = $"http://localhost:{other.Uri("/").Port}/";
        await using var api = await TokenApi.StartAsync(map: app => app.MapGet("/away", () => Results.Redirect(elsewhere)));
        var source = api.Source();
        using var http = api.Client(source);
        using var response = await http.GetAsync("/away");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal($"Bearer {await source.GetTokenAsync()}", Assert.Single(api.Shown));
        Assert.Null(Assert.Single(shown));
        Assert.Equal(1, api.Asked);
    }

    [Fact]
    public async Task ManyRefusalsOfOneTokenCostOneNewOne()
    {
        var first = await _source.GetTokenAsync();
        await _api.RevokeAsync(first);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _http.GetAsync("/data")));

        Assert.All(answers, static a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        Assert.Equal(2, _api.Asked);
        Assert.NotEqual(first, await _source.GetTokenAsync());
    }

    public static TheoryData<string> ReplayableBodies => ["text", "json", "form", "stream of known length"];

    [Theory]
    [MemberData(nameof(ReplayableBodies))]
    public async Task ABodyThatCanBeSentTwiceIsSentWholeWithTheNewToken(string kind)
    {
        await _api.RevokeAsync(await _source.GetTokenAsync());
        using var content = Body(kind);
        var text = await Body(kind).ReadAsStringAsync();
        using var response = await _http.PostAsync("/data", content);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(text, await response.Content.ReadAsStringAsync());
        Assert.Equal(2, _api.Shown.Count);
    }

    public static TheoryData<string> OtherBodies => ["stream of unknown length", "json that is still being made", "more than 1 MiB"];

    [Theory]
    [MemberData(nameof(OtherBodies))]
    public async Task AnyOtherBodyIsSentOnceAndTheNextRequestHasANewToken(string kind)
    {
        var first = await _source.GetTokenAsync();
        await _api.RevokeAsync(first);
        using var content = Body(kind);
        using var refused = await _http.PostAsync("/data", content);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Single(_api.Shown);

        using var next = await _http.PostAsync("/data", Body(kind));
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        Assert.Equal(await Body(kind).ReadAsStringAsync(), await next.Content.ReadAsStringAsync());
        Assert.Equal(2, _api.Asked);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task IfTheNewTokenIsRefusedTooThe401IsReturnedAndFurtherRefusalsRequestNoTokenForAWhile(bool isReplayable)
    {
        var kind = isReplayable ? "text" : "stream of unknown length";
        for (var i = 0; i < 10; i++) Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync("/closed", kind));
        Assert.Equal(2, _api.Asked);
        Assert.Equal(isReplayable ? 11 : 10, _api.Shown.Count);
        Assert.Equal(HttpStatusCode.OK, await PostAsync("/data", kind));

        _api.Time.Advance(31);
        for (var i = 0; i < 10; i++) Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync("/closed", kind));
        Assert.Equal(3, _api.Asked);
    }

    [Fact]
    public async Task IfARefusedTokenCannotBeReplacedThe401IsReturnedAndTheNextRequestFails()
    {
        await _api.RevokeAsync(await _source.GetTokenAsync());
        _api.IsDown = true;

        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync("/data", "text"));
        await Agent.FailsAsync(AtpError.IssuerUnavailable, () => _http.GetAsync("/data"));
        Assert.Single(_api.Shown);
    }

    private async Task<HttpStatusCode> PostAsync(string path, string kind)
    {
        using var response = await _http.PostAsync(path, Body(kind));
        return response.StatusCode;
    }

    private static HttpContent Body(string kind) => kind switch
    {
        "text" => new StringContent("ä body"),
        "json" => JsonContent.Create(new { Name = "ä", Values = Enumerable.Range(0, 3) }),
        "form" => new FormUrlEncodedContent([new("a", "b c")]),
        "stream of known length" => new StreamContent(new OneWayStream("once only"u8.ToArray())) { Headers = { ContentLength = 9 } },
        "stream of unknown length" => new StreamContent(new OneWayStream("once only"u8.ToArray())),
        "json that is still being made" => JsonContent.Create(NumbersAsync()),
        "more than 1 MiB" => new ByteArrayContent(Encoding.ASCII.GetBytes(new string('x', (1024 * 1024) + 1))),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static async IAsyncEnumerable<int> NumbersAsync()
    {
        yield return 1;
        await Task.Yield();
        yield return 2;
    }

    private sealed class OneWayStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
