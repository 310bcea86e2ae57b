using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Agentdom.Benchmarks;

/// <summary>
/// What a renewal cannot do without: signed requests by HttpClient, 8 at a time, to the same issuer on the same cores; and files that
/// replace others, in groups of 8 that are created, flushed in parallel and renamed. Nothing is discovered, read, encrypted or locked.
/// </summary>
internal static class RenewalFloor
{
    private const int AtATime = 8;
    private const int FileSize = 2_000;

    /// <summary>The seconds of so many requests, and of so many files.</summary>
    internal static async Task<(double Requests, double Files)> MeasureAsync(string host, string secret, int count) =>
        (await SendAsync(host, secret, count), WriteFiles(count));

    private static async Task<double> SendAsync(string host, string secret, int count)
    {
        using var client = new HttpClient();
        var key = Encoding.UTF8.GetBytes(secret);
        var endpoint = new Uri($"http://{host}/v1/agent-tokens");
        var watch = Stopwatch.StartNew();
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtATime };
        await Parallel.ForEachAsync(Enumerable.Range(0, count), options, async (number, cancel) =>
        {
            using var content = new StringContent(Body(number, key), Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(endpoint, content, cancel);
            await answer.Content.ReadAsByteArrayAsync(cancel);
            if (!answer.IsSuccessStatusCode) throw new BenchmarkFailedException($"A bare request was answered with {answer.StatusCode}.");
        });
        return watch.Elapsed.TotalSeconds;
    }

    private static string Body(int number, byte[] key)
    {
        // In canonical form, so that the signed text is the body without its signature.
        var head = $"{{\"agent_id\":\"floor\",\"purpose\":\"Bare request {number}\",\"scopes\":[\"{DueTokens.Scopes[0]}\"],";
        var tail = $"\"timestamp\":{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}}}";
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(head + tail)));
        return $"{head}\"signature\":\"{signature}\",{tail}";
    }

    private static double WriteFiles(int count)
    {
        var folder = Directory.CreateTempSubdirectory("agentdom-benchmark-").FullName;
        var content = RandomNumberGenerator.GetBytes(FileSize);
        for (var i = 0; i < count; i++) File.WriteAllBytes(Path.Combine(folder, $"{i}.secret"), content);
        var watch = Stopwatch.StartNew();
        foreach (var group in Enumerable.Range(0, count).Chunk(AtATime))
        {
            var files = Array.ConvertAll(group, i => new FileStream(Path.Combine(folder, $"{i}.tmp"), FileMode.CreateNew));
            foreach (var file in files) file.Write(content);
            Parallel.ForEach(files, static file => file.Flush(flushToDisk: true));
            foreach (var file in files)
            {
                file.Dispose();
                File.Move(file.Name, Path.ChangeExtension(file.Name, "secret"), overwrite: true);
            }
        }
        var seconds = watch.Elapsed.TotalSeconds;
        Directory.Delete(folder, recursive: true);
        return seconds;
    }
}
