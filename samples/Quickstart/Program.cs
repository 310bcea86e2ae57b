// Without an argument: a tour with its own issuer. With an argument: runs it as PowerShell, with the module imported.
//
//   dotnet run --project samples/Quickstart
//   dotnet run --project samples/Quickstart -- 'Request-AtpToken api.example.com -Scope data.read'

using Quickstart;

if (args.Length > 0)
{
    using var session = new EmbeddedPowerShell();
    return session.Run(string.Join(' ', args)) ? 0 : 1;
}
return await Tour.RunAsync();
