using Agentdom.Web;

namespace Agentdom.Tests.Module;

public sealed class NextPageTests
{
    private static readonly Uri s_page = new("https://api.example.com/v1/orders?page=1");

    [Theory]
    [InlineData("<https://api.example.com/v1/orders?page=2>; rel=\"next\"", "https://api.example.com/v1/orders?page=2")]
    [InlineData("</v1/orders?page=2>;rel=next", "https://api.example.com/v1/orders?page=2")]
    [InlineData("<?page=2>; title=\"a, <b>; rel=prev\"; REL=\"last NEXT\"", "https://api.example.com/v1/orders?page=2")]
    [InlineData("</first>; rel=first, <?a=1,2;3>; rel=\"next\", </last>; rel=last", "https://api.example.com/v1/orders?a=1,2;3")]
    [InlineData("<https://other.example/>; rel=next", "https://other.example/")]
    [InlineData("</v1/orders?page=2>; rel=nextish", null)]
    [InlineData("</v1/orders?page=2>; title=\"rel=next\"", null)]
    [InlineData("</v1/orders?page=2>", null)]
    [InlineData("rel=next", null)]
    [InlineData("", null)]
    public void TheLinkWithTheRelationNextIsFound(string link, string? expected)
    {
        var headers = new Dictionary<string, IEnumerable<string>> { ["link"] = [link] };
        Assert.Equal(expected, NextPage.Of(headers, s_page)?.AbsoluteUri);
    }

    [Fact]
    public void ItMayBeInASecondHeader()
    {
        var headers = new Dictionary<string, IEnumerable<string>> { ["Link"] = ["</first>; rel=first", "</second>; rel=next"] };
        Assert.Equal("https://api.example.com/second", NextPage.Of(headers, s_page)?.AbsoluteUri);
        Assert.Null(NextPage.Of(new Dictionary<string, IEnumerable<string>>(), s_page));
        Assert.Null(NextPage.Of(null, s_page));
    }
}
