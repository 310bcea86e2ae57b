using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>
/// Tries once. It replaces the strategy of the app's context, which may try again for a long time: callers wait for seconds at most, and
/// an insertion that was committed unnoticed must not be repeated.
/// </summary>
internal sealed class OnceStrategy(DbContext context) : ExecutionStrategy(context, maxRetryCount: 0, maxRetryDelay: TimeSpan.Zero)
{
    protected override bool ShouldRetryOn(Exception exception) => false;
}
