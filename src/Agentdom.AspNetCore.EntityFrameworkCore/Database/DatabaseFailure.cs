using System.Data.Common;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>Says in words why the database failed. Messages of providers may quote the connection string, so they are not used.</summary>
internal static partial class DatabaseFailure
{
    private const string MissingTables = "does not have the tables or columns that this version needs";

    internal static IssuerStateException Of(Exception failure) => new($"The issuer's database {Reason(failure)}.", failure);

    /// <summary>Whether the database has not answered, so that nothing is known about it.</summary>
    internal static bool IsTimeout(Exception? failure) =>
        Causes(failure).Any(static cause => cause is TimeoutException or OperationCanceledException);

    private static string Reason(Exception failure)
    {
        foreach (var cause in Causes(failure))
        {
            switch (cause)
            {
                case TimeoutException or OperationCanceledException:
                    return $"did not answer within {IssuerDatabase.Patience.TotalSeconds:0} seconds";
                case SocketException socket:
                    return $"cannot be reached ({socket.SocketErrorCode})";
                case DbException { SqlState: { Length: > 0 } state }:
                    return OfSqlState(state) ?? $"answered with the SQL state {state}";
                case DbException when SqliteError().Match(cause.Message) is { Success: true } error:
                    return OfSqlite(error.Groups[1].Value, cause.Message);
            }
        }
        return $"failed ({IssuerStateException.Types(failure)})";
    }

    // The SQL standard, and https://www.postgresql.org/docs/current/errcodes-appendix.html
    private static string? OfSqlState(string state) => state switch
    {
        "3D000" => "does not exist on its server",
        "42P01" or "42S02" or "42703" or "42S22" => MissingTables,
        "42501" or "42000" => "does not grant its user a right that the issuer needs",
        "25006" => "is read-only",
        "53100" => "has no space left on its disk",
        "53200" => "has no memory left",
        "53300" => "has no connection left for the issuer",
        "57P01" or "57P02" or "57P03" => "is starting or stopping",
        "57014" => "cancelled the command, which took too long",
        _ when state.StartsWith("28", StringComparison.Ordinal) => "refuses these credentials",
        _ when state.StartsWith("40", StringComparison.Ordinal) => "has a conflict with other transactions",
        _ => null,
    };

    // https://sqlite.org/rescode.html
    private static string OfSqlite(string code, string message) => code switch
    {
        "1" when message.Contains("no such", StringComparison.Ordinal) => MissingTables,
        "5" or "6" => "is locked by another program",
        "8" => "is read-only",
        "10" => "cannot be read or written: its disk has a failure",
        "11" or "26" => "is damaged or not an SQLite database",
        "13" => "cannot grow: the disk is full",
        "14" => "cannot be opened; this account needs read and write access to its file and folder",
        _ => $"failed (SQLite error {code})",
    };

    // The code is a property only of the provider's own exception.
    [GeneratedRegex("^SQLite Error ([0-9]+):")]
    private static partial Regex SqliteError();

    private static IEnumerable<Exception> Causes(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException) yield return failure;
    }
}
