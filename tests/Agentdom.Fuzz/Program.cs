using Agentdom.Fuzz;
using SharpFuzz;

// One argument, the name of a target: fuzzes under afl-fuzz, as fuzz.sh starts it; else reads one input from stdin.
// "replay" and a folder that holds a folder for each target: runs every file in it, and fails where one does.
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
        Console.Error.WriteLine($"Give one of {string.Join(", ", Targets.All.Keys)}, or 'replay' and a folder.");
        return 2;
}
