using System.Globalization;
using Agentdom.Fleet.Events;

namespace Agentdom.Fleet;

/// <summary>What the command line asks for.</summary>
internal sealed record FleetOptions
{
    internal const string Usage =
        "Usage: [--state redis,cluster,postgres] [--agents 10000] [--nodes 3] [--minutes 150] [--speed 20] [--call-minutes 10]\n"
        + "       [--life-minutes 60] [--seed 1] [--out FOLDER]\n"
        + "Minutes are simulated. The events spread over the run; it must be at least 2.5 lifetimes of a token long, and 20 minutes.";

    private static readonly string[] s_states = ["redis", "cluster", "postgres"];

    // Above the 330 seconds for which a request is sent again, so that its secret is still valid then.
    private static readonly TimeSpan s_shortestLifetime = TimeSpan.FromMinutes(6);

    internal IReadOnlyList<string> States { get; private init; } = s_states;

    internal int Agents { get; private init; } = 10_000;

    internal int Nodes { get; private init; } = 3;

    /// <summary>The length of the run in simulated time.</summary>
    internal TimeSpan Length { get; private init; } = TimeSpan.FromMinutes(150);

    /// <summary>How many times as fast as real time it runs.</summary>
    internal double Speed { get; private init; } = 20;

    /// <summary>The mean time between two calls of an agent.</summary>
    internal TimeSpan CallInterval { get; private init; } = TimeSpan.FromMinutes(10);

    internal TimeSpan TokenLifetime { get; private init; } = TimeSpan.FromMinutes(60);

    internal int Seed { get; private init; } = 1;

    /// <summary>The folder for the figures and plots.</summary>
    internal string Out { get; private init; } = Path.Combine("out", "fleet");

    /// <exception cref="FleetFailedException">An argument is wrong.</exception>
    internal static FleetOptions Parse(string[] args)
    {
        var options = new FleetOptions();
        if (args.Length % 2 != 0) throw new FleetFailedException(Usage);
        foreach (var pair in args.Chunk(2))
        {
            var value = pair[1];
            options = pair[0] switch
            {
                "--state" => options with { States = value.Split(',') },
                "--agents" => options with { Agents = (int)Number(value) },
                "--nodes" => options with { Nodes = (int)Number(value) },
                "--minutes" => options with { Length = TimeSpan.FromMinutes(Number(value)) },
                "--speed" => options with { Speed = Number(value) },
                "--call-minutes" => options with { CallInterval = TimeSpan.FromMinutes(Number(value)) },
                "--life-minutes" => options with { TokenLifetime = TimeSpan.FromMinutes(Number(value)) },
                "--seed" => options with { Seed = (int)Number(value) },
                "--out" => options with { Out = value },
                _ => throw new FleetFailedException(Usage),
            };
        }
        return options.States.All(s_states.Contains) && options.TokenLifetime >= s_shortestLifetime
            && options.Length >= options.TokenLifetime * 2.5 && options.Length >= Schedule.ShortestRun
            && options.Nodes >= 2 && options.Agents >= 1000 && options.Speed >= 1
            ? options
            : throw new FleetFailedException($"{Usage}\nA fleet has at least 1,000 agents and 2 nodes, a speed of at least 1, and tokens "
                + "of at least 6 minutes.");
    }

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new FleetFailedException($"'{text}' is not a number above 0.\n{Usage}");
}
