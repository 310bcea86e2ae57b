namespace Agentdom.Client;

/// <summary>What the body of an unsuccessful answer says.</summary>
/// <param name="Code">The error code, or empty.</param>
/// <param name="Text">The explanation for people, or empty.</param>
/// <param name="ServerTime">The server's time in milliseconds since 1970, if it is there.</param>
/// <param name="IsFromIssuer">
/// Whether the body has one of the protocol's forms. If not, anything on the way may have answered, such as a firewall.
/// </param>
internal readonly record struct AnswerError(string Code, string Text, long? ServerTime, bool IsFromIssuer);
