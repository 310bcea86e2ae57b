using Agentdom.Fuzz;
using SharpFuzz;

// With the name of a target: fuzzes under afl-fuzz, as started by fuzz.sh, or else reads one input from stdin.
// With "replay" and a folder that contains a folder for each target: runs every file, and fails if one of them fails.
switch (args)
{
    case ["replay", var folder]:
        return Replay.Run(folder);
    case [var name] when Targets.All.TryGetValue(name, out var target):
        Fuzzer.Run(stream =>
        {
            using var input = new MemoryStream();
            stream.CopyTo(input);
            target(input.ToArray());
        });
        return 0;
    default:
        Console.Error.WriteLine($"Usage: one of {string.Join(", ", Targets.All.Keys)}, or 'replay' and a folder.");
        return 2;
}
