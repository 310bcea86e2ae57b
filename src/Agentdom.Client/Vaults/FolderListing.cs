namespace Agentdom.Client;

/// <summary>The files of a vault's folder, so that the folder need not be listed again while it does not change. Thread-safe.</summary>
internal sealed class FolderListing(string folder)
{
    // Of the file systems, FAT stores the least precise times.
    private static readonly TimeSpan s_coarsestTime = TimeSpan.FromSeconds(2);

    private volatile Listing? _last;

    /// <summary>The files as they were listed, if the folder has not changed since, or null.</summary>
    internal string[]? Unchanged() => _last is { } last && Directory.GetLastWriteTimeUtc(folder) == last.Changed ? last.Files : null;

    /// <summary>Lists the files, and keeps them for <see cref="Unchanged"/>.</summary>
    internal string[] Read(Func<string[]> list)
    {
        var state = new DirectoryInfo(folder);
        var changed = state.LastWriteTimeUtc;
        // If the folder has just changed, it may change again without getting another time.
        var isSettled = DateTime.UtcNow - changed > s_coarsestTime;
        // The time of a link does not tell when the folder behind it changed.
        var isLink = (state.Attributes & FileAttributes.ReparsePoint) != 0;
        var files = list();
        _last = isSettled && !isLink ? new Listing(files, changed) : null;
        return files;
    }

    /// <summary>Ensures that the next search lists the folder. Not every network file system maintains the time.</summary>
    internal void Forget() => _last = null;

    private sealed record Listing(string[] Files, DateTime Changed);
}
