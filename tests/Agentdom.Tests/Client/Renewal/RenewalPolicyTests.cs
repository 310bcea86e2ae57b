using System.Security.Cryptography;
using System.Text;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client.Renewal;

public sealed class RenewalPolicyTests
{
    [Fact]
    public void ATokenThatIsAskedAboutAgainIsDueAtTheSameMoment()
    {
        var token = Token(1);
        var due = Due(token);

        Assert.False(RenewalPolicy.IsDue(token, due.AddSeconds(-1)));
        Assert.Equal(due, Due(token));
    }

    [Fact]
    public void TokensThatWereIssuedTogetherAreDueEvenlyOverHalfAMinute()
    {
        var left = Enumerable.Range(0, 900).Select(Token).Select(static token => (token.ExpiresAt - Due(token)).TotalSeconds).ToList();

        Assert.All(left, static seconds => Assert.InRange(seconds, 270, 300));
        foreach (var from in new[] { 270, 280, 290 }) Assert.InRange(left.Count(s => s >= from && s < from + 10), 250, 350);
    }

    private static DateTimeOffset Due(StoredToken token)
    {
        var now = token.ExpiresAt.AddMinutes(-6);
        while (!RenewalPolicy.IsDue(token, now)) now = now.AddSeconds(0.5);
        return now;
    }

    private static StoredToken Token(int number) => StoredTokens.Make("api.example.com", TimeSpan.FromHours(1)) with
    {
        AccessToken = "e30.e30." + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{number}"))),
    };
}
