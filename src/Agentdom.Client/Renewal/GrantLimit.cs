namespace Agentdom.Client;

/// <summary>What happens to a grant that is more than was asked for (<see cref="GrantExcess"/>).</summary>
internal enum GrantLimit
{
    /// <summary>It is returned. The caller decides.</summary>
    None,
    /// <summary>Additional scopes are an error. A long life is not.</summary>
    Scopes,
    /// <summary>Additional scopes and a long life are errors.</summary>
    Strict,
}
