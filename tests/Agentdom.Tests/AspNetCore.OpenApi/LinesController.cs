using Microsoft.AspNetCore.Mvc;

namespace Agentdom.Tests.AspNetCore.OpenApi;

/// <summary>A controller without agent scopes of its own.</summary>
[ApiController]
[Route("lines")]
public sealed class LinesController : ControllerBase
{
    [HttpGet]
    public string Get() => Request.Path;
}
