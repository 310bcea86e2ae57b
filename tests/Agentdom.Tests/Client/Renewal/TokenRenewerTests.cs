using System.Collections.Concurrent;
using System.Net;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agentdom.Tests.Client.Renewal;

/// <summary>What becomes of granted tokens if something fails or ends before they are stored.</summary>
public sealed class TokenRenewerTests : IAsyncLifetime
{
    private readonly string _root = TestPaths.NewFolder();
    private readonly ConcurrentQueue<string> _revoked = [];
    private readonly CancellationTokenSource _cancel = new();
    private readonly AtpClient _client = new();
    private TestIssuer _issuer = null!;
    private string? _grantedAgain;
    private TokenStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync(map: app => app.Use(async (context, next) =>
        {
            if (context.Request.Path == "/v1/agent-tokens/revoke")
            {
                context.Request.EnableBuffering();
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                context.Request.Body.Position = 0;
                _revoked.Enqueue(StrictJson.ParseObject(body.ToArray()).Text("token")!);
            }
            if (_grantedAgain is { } token && context.Request.Path == "/v1/agent-tokens")
                await context.Response.WriteAsJsonAsync(new { token, expires_in = 3600 });
            else
                await next(context);
        }));
        _store = new TokenStore(new FileVault(Path.Combine(_root, "vault"), _cancel.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _issuer.DisposeAsync();
        _client.Dispose();
        _cancel.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task OfTokensThatAreRenewedTogetherTheOneThatCannotBeStoredIsRevoked()
    {
        var failing = Due("data.read", "data.write");
        var inTheWay = Assert.Single(Directory.GetFiles(Path.Combine(_root, "vault"), "*.secret"));
        StoredToken[] tokens = [Due("data.read"), failing, Due("data.write")];

        var outcomes = Renew(tokens, 3, call =>
        {
            if (call < 3) return;
            File.Delete(inTheWay);
            Directory.CreateDirectory(Path.Combine(inTheWay, "in the way"));
        }).ToList();

        Assert.Equal(failing.EntryName, Assert.Single(outcomes, static o => o.Failure is not null).Token.EntryName);
        var renewed = outcomes.Where(static o => o.IsRenewed).Select(static o => o.Token.AccessToken).ToList();
        Assert.Equal(2, renewed.Count);
        var revoked = Assert.Single(_revoked);
        Assert.DoesNotContain(revoked, renewed);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _issuer.GetDataAsync(revoked)).StatusCode);
        Assert.Contains(_store.Find(AtpHost.Parse(_issuer.Name), ["data.read"], failing.AgentId)!.AccessToken, renewed);
    }

    [Theory]
    [InlineData(true)]
    // Then the wait for the vault is what ends.
    [InlineData(false)]
    public async Task ATokenThatWasGrantedBeforeTheRenewalWasCancelledIsRevoked(bool whileAsking)
    {
        StoredToken[] tokens = [Due("data.read"), Due("data.write")];

        Assert.ThrowsAny<OperationCanceledException>(() => Renew(tokens, 1, call =>
        {
            if (call < 2) return;
            _cancel.Cancel();
            if (whileAsking) _cancel.Token.ThrowIfCancellationRequested();
        }).Count());

        await AssertOnlyTheGrantedOneIsRevokedAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ATokenThatAnEntryAlreadyHasIsNotRevokedIfItIsNotStoredAgain(bool isEarlier)
    {
        var stored = StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(1));
        _grantedAgain = "a.token.again";
        stored = isEarlier
            ? stored with { Earlier = [stored.AsEarlier() with { AccessToken = _grantedAgain }] }
            : stored with { AccessToken = _grantedAgain };
        _store.Save(stored);

        Assert.ThrowsAny<OperationCanceledException>(() => Renew([stored, Due("data.write")], 1, call =>
        {
            if (call == 2) _cancel.Cancel();
        }).Count());

        Assert.Empty(_revoked);
    }

    [Fact]
    public async Task ATokenThatWasGrantedBeforeTheCallerStoppedReadingIsRevoked()
    {
        StoredToken[] tokens = [Due("data.read"), Store(TimeSpan.FromMinutes(30), "data.write")];

        Assert.False(Renew(tokens, 1).First().IsRenewed);

        await AssertOnlyTheGrantedOneIsRevokedAsync();
    }

    [Fact]
    public void AnOutcomeIsReturnedAndItsLockReleasedBeforeEarlierTokensAreRevoked()
    {
        var due = StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(1));
        var earlier = Enumerable.Range(0, StoredToken.MaxEarlier).Select(i => due.AsEarlier() with { AccessToken = $"an.earlier.{i}" });
        _store.Save(due with { Earlier = [.. earlier] });

        using var outcomes = Renew([due], 1).GetEnumerator();

        Assert.True(outcomes.MoveNext());
        Assert.True(outcomes.Current.IsRenewed);
        Assert.Empty(_revoked);
        using (var free = TokenLock.TryAcquire(due, TimeSpan.Zero, CancellationToken.None)) Assert.NotNull(free);
        Assert.False(outcomes.MoveNext());
        Assert.Equal($"an.earlier.{StoredToken.MaxEarlier - 1}", Assert.Single(_revoked));
    }

    private StoredToken Due(params string[] scopes) => Store(TimeSpan.FromMinutes(1), scopes);

    private StoredToken Store(TimeSpan left, params string[] scopes)
    {
        var token = StoredTokens.Make(_issuer.Name, left, scopes);
        _store.Save(token);
        return token;
    }

    private IEnumerable<RenewalOutcome> Renew(StoredToken[] tokens, int atATime, Action<int>? onSecret = null)
    {
        var calls = 0;
        var renewer = new TokenRenewer(_client, _store, _ =>
        {
            onSecret?.Invoke(++calls);
            return SharedSecret.FromText(TestIssuer.SecretText);
        }, new RenewalOptions { ThrottleLimit = atATime });
        return renewer.Renew(tokens, null, _cancel.Token);
    }

    private async Task AssertOnlyTheGrantedOneIsRevokedAsync()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await _issuer.GetDataAsync(Assert.Single(_revoked))).StatusCode);
        var kept = new TokenStore(new FileVault(Path.Combine(_root, "vault"))).All();
        Assert.Equal(["the.old.token", "the.old.token"], kept.Select(static t => t.AccessToken));
    }
}
