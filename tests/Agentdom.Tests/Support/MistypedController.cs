using Agentdom.AspNetCore;
using Microsoft.AspNetCore.Mvc;

namespace Agentdom.Tests.Support;

/// <summary>A controller with a mistyped scope.</summary>
[ApiController]
[Route("mistyped")]
public sealed class MistypedController : ControllerBase
{
    [HttpGet]
    [AgentScope("data.read")]
    [AgentScope("data.raed")]
    public string Get() => Request.Path;
}
