using Agentdom.Core.Issuing;

namespace Agentdom.Tests.State;

public sealed class InMemoryStateTests : StateContract
{
    protected override Task<IIssuerState> OpenAsync() => Task.FromResult<IIssuerState>(new InMemoryIssuerState());

    public override ValueTask DisposeAsync() => default;
}
