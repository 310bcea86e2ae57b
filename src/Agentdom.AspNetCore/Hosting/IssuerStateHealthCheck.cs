using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Agentdom.AspNetCore;

/// <summary>Whether a token could be minted right now: the state takes a signature, which is what minting needs.</summary>
internal sealed class IssuerStateHealthCheck(IIssuerState state, TimeProvider time) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // No HMAC will ever be found to be these bytes, and they are forgotten almost at once.
            await state.TryRememberAsync(RandomBytes.Make(Hmac.Size), time.GetUtcNow(), cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (IssuerStateException e)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message);
        }
    }
}
