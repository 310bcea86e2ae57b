using Agentdom.AspNetCore;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Agentdom.Tests.Support;

/// <summary>A controller that requires agent scopes by attributes.</summary>
[ApiController]
[Route("notes")]
[AgentScope("data.read")]
public sealed class NotesController : ControllerBase
{
    [HttpGet]
    public string Get() => $"{User.GetAgentId()}: {string.Join(' ', User.GetAgentScopes())}";

    [HttpPost]
    [AgentScope("data.write")]
    public string Post() => Request.Method;

    [HttpGet("title")]
    [AllowAnonymous]
    public string GetTitle() => Request.Path;
}
