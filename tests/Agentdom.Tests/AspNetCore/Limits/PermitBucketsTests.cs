using Agentdom.AspNetCore;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCore;

/// <summary>The rate limits' arithmetic: a burst of one minute's requests, then an even refill.</summary>
public sealed class PermitBucketsTests
{
    private readonly TwoClocks _time = new();
    private readonly PermitBuckets<string> _buckets;

    public PermitBucketsTests() => _buckets = new PermitBuckets<string>(_time);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(600)]
    [InlineData(6_000)]
    public void AMinutesRequestsArePermittedAtOnce(int perMinute)
    {
        for (var i = 0; i < perMinute; i++) Assert.Null(_buckets.Take("A", perMinute));

        Assert.Equal(60.0 / perMinute, _buckets.Take("A", perMinute)!.Value.TotalSeconds, tolerance: 0.001);
    }

    [Fact]
    public void ThenThereIsOnePermitAtATime()
    {
        for (var i = 0; i < 3; i++) _buckets.Take("A", 3);

        _time.Pass(19);
        Assert.Equal(TimeSpan.FromSeconds(1), _buckets.Take("A", 3));
        _time.Pass(1);
        Assert.Null(_buckets.Take("A", 3));
        Assert.Equal(TimeSpan.FromSeconds(20), _buckets.Take("A", 3));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(100_000)]
    public void AfterARestThereIsNoMoreThanAMinutesShare(double seconds)
    {
        for (var i = 0; i < 3; i++) _buckets.Take("A", 3);

        _time.Pass(seconds);
        for (var i = 0; i < 3; i++) Assert.Null(_buckets.Take("A", 3));
        Assert.NotNull(_buckets.Take("A", 3));
    }

    [Fact]
    public void ARefusalCostsNothing()
    {
        _buckets.Take("A", 1);
        for (var i = 0; i < 10; i++) Assert.NotNull(_buckets.Take("A", 1));

        _time.Pass(60);
        Assert.Null(_buckets.Take("A", 1));
    }

    [Fact]
    public void ACheckTakesNoPermit()
    {
        for (var i = 0; i < 10; i++) Assert.Null(_buckets.Check("A", 1));
        Assert.Null(_buckets.Take("A", 1));

        Assert.Equal(TimeSpan.FromSeconds(60), _buckets.Check("A", 1));
    }

    [Fact]
    public void AChangedLimitAppliesAtOnce()
    {
        _buckets.Take("A", 1);

        Assert.NotNull(_buckets.Take("A", 1));
        Assert.Null(_buckets.Take("A", 2));
    }

    [Fact]
    public void RequestsAtTheSameTimeGetNoMoreThanTheLimit()
    {
        var permitted = 0;

        Parallel.For(0, 20_000, _ =>
        {
            if (_buckets.Take("A", 5_000) is null) Interlocked.Increment(ref permitted);
        });

        Assert.Equal(5_000, permitted);
    }

    [Fact]
    public void OnlyBucketsThatAreNotFullAreStored()
    {
        for (var i = 0; i < 1_000; i++) _buckets.Take($"quick {i}", 600);
        _buckets.Take("slow", 1);
        Assert.Equal(1_001, _buckets.Count);

        _time.Pass(10);
        _buckets.Take("another", 600);

        Assert.Equal(2, _buckets.Count);
        Assert.NotNull(_buckets.Take("slow", 1));
    }
}
