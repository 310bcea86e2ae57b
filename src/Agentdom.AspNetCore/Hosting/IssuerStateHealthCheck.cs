using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Agentdom.AspNetCore;

/// <summary>Checks that the state accepts a signature, which is what issuing a token needs.</summary>
internal sealed class IssuerStateHealthCheck(IIssuerState state, TimeProvider time) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // Random bytes match no real signature, and they expire at once.
            await state.TryRememberAsync(RandomBytes.Make(Hmac.Size), time.GetUtcNow(), cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (IssuerStateException e)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message);
        }
    }
}
