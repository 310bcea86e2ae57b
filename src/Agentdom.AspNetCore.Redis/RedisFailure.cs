using System.Net.Sockets;
using StackExchange.Redis;

namespace Agentdom.AspNetCore.Redis;

/// <summary>Says in words why Redis failed. The client's own messages are long and may quote arguments, so they are not used.</summary>
internal static class RedisFailure
{
    private const string NoRights = "NOPERM";
    private const string MissingRight = "does not allow its user a command or a key that the issuer needs (docs/issuer.md lists them)";

    private static readonly (string Word, string Meaning)[] s_refusals =
    [
        ("WRONGPASS", "refuses these credentials"),
        ("NOAUTH", "refuses these credentials, or requires a password"),
        (NoRights, MissingRight),
        // In a script: Redis 7.2 and later, and before.
        ("ACL failure", MissingRight),
        ("The user executing the script", MissingRight),
        ("non deterministic", "is older than Redis 5"),
    ];

    private const string Unknown = "No Sentinel";

    private static readonly (string Word, string Meaning)[] s_passing =
    [
        (Unknown, "cannot be found, because no Sentinel answers, or none knows it"),
        ("OOM", "has no memory left"),
        ("READONLY", "is a replica, which accepts no writes"),
        ("MISCONF", "accepts no writes, because it cannot save its data"),
        ("NOREPLICAS", "accepts no writes, because too few replicas are connected"),
        ("LOADING", "is still loading its data"),
        ("CLUSTERDOWN", "is a cluster that is down"),
        ("MASTERDOWN", "is a replica that has lost its master"),
    ];

    /// <summary>Redis works on with another user if the one that was given is refused.</summary>
    internal static RedisException WrongUser() => new("WRONGPASS");

    /// <summary>No Sentinel has said yet where Redis is.</summary>
    internal static RedisException NotFound(Exception? cause) => new(Unknown, cause);

    /// <summary>Whether the keys of a call are in several slots, so that it was not carried out.</summary>
    internal static bool IsOfSlots(IssuerStateException failure) =>
        failure.InnerException is RedisServerException server && server.Message.StartsWith("CROSSSLOT", StringComparison.Ordinal)
        || failure.InnerException is RedisCommandException;

    /// <summary>Whether Redis answered, and only a change of its settings or of the issuer's can help.</summary>
    internal static bool IsRefusal(Exception failure) => Find(failure, s_refusals) is not null;

    internal static IssuerStateException Of(Exception failure) => new($"The issuer's Redis {Reason(failure)}.", failure);

    private static string Reason(Exception failure)
    {
        if (Find(failure, s_refusals) is { } refusal) return refusal + Command(failure);
        if (Find(failure, s_passing) is { } passing) return passing;
        return failure switch
        {
            TimeoutException => $"did not answer within {RedisConnection.Timeout.TotalSeconds:0} seconds",
            RedisConnectionException { InnerException: RedisConnectionException inner } => $"cannot be reached ({Kind(inner)})",
            RedisConnectionException connection => $"cannot be reached ({Kind(connection)})",
            RedisServerException server => $"answered with the error {server.Message.Split(' ')[0]}",
            _ => $"failed ({failure.GetType().Name})",
        };
    }

    // The name of a command, such as 'evalsha', is what an administrator has to allow.
    private static string Command(Exception failure)
    {
        foreach (var message in Messages(failure))
        {
            if (message.Contains(NoRights, StringComparison.Ordinal) && message.Split('\'') is [_, var command, ..]
                && command.Length < 32 && command.All(static c => char.IsAsciiLetter(c) || c is '|' or '-'))
                return $": {command}";
        }
        return "";
    }

    private static string Kind(RedisConnectionException failure) =>
        failure.InnerException is SocketException socket ? socket.SocketErrorCode.ToString() : failure.FailureType.ToString();

    private static string? Find(Exception failure, (string Word, string Meaning)[] known)
    {
        foreach (var message in Messages(failure))
        {
            foreach (var (word, meaning) in known)
            {
                if (message.Contains(word, StringComparison.Ordinal)) return meaning;
            }
        }
        return null;
    }

    private static IEnumerable<string> Messages(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException) yield return failure.Message;
    }
}
