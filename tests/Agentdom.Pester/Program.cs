using Agentdom.Pester;
using Microsoft.Testing.Platform.Builder;
using Microsoft.Testing.Platform.Capabilities.TestFramework;

var builder = await TestApplication.CreateBuilderAsync(args);
builder.RegisterTestFramework(static _ => new TestFrameworkCapabilities(), static (_, services) => new PesterFramework(services));
using var app = await builder.BuildAsync();
return await app.RunAsync();
