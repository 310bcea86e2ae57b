using System.Diagnostics;
using System.Text.Json;

namespace Agentdom.Tests.Support;

/// <summary>The sample issuer as a separate process, which can be killed.</summary>
internal sealed class SampleIssuer : IDisposable
{
    private readonly AppProcess _process;

    private SampleIssuer(AppProcess process) => _process = process;

    internal int ProcessId => _process.Id;

    internal string Url => _process.Url;

    internal static Task<SampleIssuer> StartAsync(string state, params string[] before) => StartAsync(Command(state, before));

    /// <summary>Starts one with secrets from the folder's appsettings.json.</summary>
    internal static Task<SampleIssuer> StartInAsync(string folder)
    {
        var start = Command("memory", []);
        start.WorkingDirectory = folder;
        start.Environment.Remove("ATP_SECRET");
        return StartAsync(start);
    }

    /// <summary>Starts one with further settings. A null removes one.</summary>
    internal static Task<SampleIssuer> StartWithAsync(string state, params (string Name, string? Value)[] settings) =>
        StartAsync(Command(state, [], settings));

    /// <summary>Starts one with an ATP_RATE_LIMIT.</summary>
    internal static Task<SampleIssuer> StartLimitedAsync(string limit)
    {
        var start = Command("memory", []);
        start.Environment["ATP_RATE_LIMIT"] = limit;
        return StartAsync(start);
    }

    /// <summary>Starts another app, which is the same but for its state, which is in a PostgreSQL.</summary>
    internal static Task<SampleIssuer> StartOnAsync(AppDatabase database)
    {
        var start = Command("", [], app: TestPaths.DatabaseNode);
        start.Environment["ATP_DATABASE"] = database.ConnectionString;
        start.Environment["ATP_KEYS"] = Directory.CreateDirectory(database.Keys).FullName;
        return StartAsync(start);
    }

    /// <summary>Starts one whose settings have its address.</summary>
    internal static Task<SampleIssuer> StartWithAddressAsync(params (string Name, string? Value)[] settings) =>
        StartAsync(Command("memory", [], settings, port: null));

    /// <summary>Starts one that signs with a key of its own, at a port of its own, so that it can be started there again.</summary>
    internal static Task<SampleIssuer> StartAtAsync(int port, params (string Name, string? Value)[] settings) =>
        StartAsync(Command("memory", [], settings, port: port));

    private static async Task<SampleIssuer> StartAsync(ProcessStartInfo start) => new(await AppProcess.StartAsync(start));

    /// <summary>Runs one that is expected to exit by itself.</summary>
    internal static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string state, params (string Name, string? Value)[] settings)
    {
        using var process = Process.Start(Command(state, [], settings))!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    internal Task<HttpResponseMessage> RequestTokenAsync(string body) => Wire.PostAsync(Uri("/v1/agent-tokens"), body);

    internal async Task<string> TokenAsync(string scope = "data.read")
    {
        var body = TestIssuer.Body();
        body["scopes"] = new[] { scope };
        using var response = await RequestTokenAsync(TestIssuer.Signed(body));
        Assert.Equal(200, (int)response.StatusCode);
        return (await Wire.JsonAsync(response)).GetProperty("token").GetString()!;
    }

    internal Task<HttpResponseMessage> VerifyAsync(string token) => Wire.PostAsync(Uri("/v1/agent-tokens/verify"), Question(token));

    internal async Task<bool> IsValidAsync(string token) =>
        (await Wire.JsonAsync(await VerifyAsync(token))).GetProperty("valid").GetBoolean();

    internal Task<HttpResponseMessage> RevokeAsync(string token) => Wire.PostAsync(Uri("/v1/agent-tokens/revoke"), Question(token));

    internal Task<HttpResponseMessage> GetAsync(string path) => Wire.Http.GetAsync(Uri(path));

    internal async Task<HttpResponseMessage> GetDataAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Uri("/data"));
        request.Headers.Authorization = new("Bearer", token);
        return await Wire.Http.SendAsync(request);
    }

    /// <summary>Kills it, as <c>kill -9</c> does.</summary>
    public void Dispose() => _process.Dispose();

    /// <summary>Sends a request to the administration.</summary>
    internal async Task<HttpResponseMessage> AdministerAsync(string method, string path, string? key, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Uri("/agents" + path));
        if (key is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        if (body is not null || method == "POST")
            request.Content = new StringContent(body ?? "", System.Text.Encoding.UTF8, "application/json");
        return await Wire.Http.SendAsync(request);
    }

    private Uri Uri(string path) => new(Url + path);

    private static string Question(string token) => JsonSerializer.Serialize(new Dictionary<string, string> { ["token"] = token });

    private static ProcessStartInfo Command(
        string state, string[] before, (string Name, string? Value)[]? settings = null, string? app = null, int? port = 0)
    {
        string[] address = port is null ? [] : ["--urls", $"http://127.0.0.1:{port}"];
        string[] words = [.. before, "dotnet", app ?? TestPaths.SampleIssuer, .. address];
        var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ATP_SECRET"] = TestIssuer.SecretText;
        start.Environment["ATP_STATE"] = state;
        foreach (var (name, value) in settings ?? []) start.Environment[name] = value;
        return start;
    }
}
