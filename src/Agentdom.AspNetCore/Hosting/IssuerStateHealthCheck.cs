using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Agentdom.AspNetCore;

/// <summary>Checks that the state accepts a signature, which is what issuing a token needs.</summary>
internal sealed class IssuerStateHealthCheck(IIssuerState state, TimeProvider time) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // Random bytes match no real signature. They expire like a request that is made now, so what is refused to it is refused to them.
            var until = time.GetUtcNow() + TokenIssuerOptions.TimestampWindow;
            await state.TryRememberAsync(RandomBytes.Make(Hmac.Size), until, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (IssuerStateException e)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message);
        }
    }
}
