namespace Agentdom.AspNetCore;

/// <summary>Checks tokens that are presented to the app's own endpoints.</summary>
internal interface ITokenReader
{
    /// <summary>The limits that refused tokens count against.</summary>
    RequestLimits Limits { get; }

    /// <returns>The content of the token, or null if it is invalid.</returns>
    /// <exception cref="IssuerStateException">Whether it is valid cannot be found out at present.</exception>
    ValueTask<AcceptedToken?> ReadAsync(string token, CancellationToken cancel);
}
