using Microsoft.AspNetCore.Mvc;

namespace Agentdom.Tests.AspNetCore.OpenApi;

/// <summary>A controller of a test's app. ASP.NET Core finds only those that are public and in no other class.</summary>
[ApiController]
[Route("lines")]
public sealed class LinesController : ControllerBase
{
    [HttpGet]
    public string Get() => Request.Path;
}
