namespace Agentdom.Client;

/// <summary>Files that are written whole or not at all, readable by their owner only.</summary>
internal static class AtomicFile
{
    internal const string TemporarySuffix = ".tmp";

    private const int WindowsAttempts = 20;
    private const int WindowsPauseMilliseconds = 50;

    /// <summary>Makes a folder that only its owner may enter.</summary>
    internal static void CreateDirectory(string path)
    {
#if NET
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return;
        }
#endif
        // On Windows the folder inherits the access rules of the one above it, which by default is in the user's profile.
        Directory.CreateDirectory(path);
    }

    /// <summary>Writes beside the target, flushes to the disk, and renames over it.</summary>
    internal static void Write(string path, byte[] content)
    {
        var temporary = WriteTemporary(path, content);
        try
        {
            Patiently(() =>
            {
#if NET
                File.Move(temporary, path, overwrite: true);
#else
                if (File.Exists(path)) File.Replace(temporary, path, null);
                else File.Move(temporary, path);
#endif
                return true;
            });
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Reads a file without keeping a writer from putting another in its place.</summary>
    internal static byte[] Read(string path) => Patiently(() =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var content = new MemoryStream();
        file.CopyTo(content);
        return content.ToArray();
    });

    /// <summary>Deletes a file, also where somebody has it open just now.</summary>
    internal static void Delete(string path) => Patiently(() =>
    {
        File.Delete(path);
        return true;
    });

    /// <summary>Writes a file as a whole, where somebody else's of that name wins.</summary>
    internal static void CreateIfMissing(string path, byte[] content)
    {
        CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = WriteTemporary(path, content);
        try
        {
            File.Move(temporary, path);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(temporary);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    // On Windows a file that others, virus scanners among them, have open for a moment refuses to be replaced.
    private static T Patiently<T>(Func<T> work)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return work();
            }
            catch (Exception e) when (e is (IOException or UnauthorizedAccessException) and not FileNotFoundException
                && attempt < WindowsAttempts && Path.DirectorySeparatorChar == '\\')
            {
                Thread.Sleep(WindowsPauseMilliseconds);
            }
        }
    }

    private static string WriteTemporary(string path, byte[] content)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}{TemporarySuffix}";
        try
        {
            using var file = CreateFile(temporary);
            file.Write(content, 0, content.Length);
            file.Flush(flushToDisk: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        return temporary;
    }

    private static FileStream CreateFile(string path)
    {
#if NET
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
#else
        return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
#endif
    }
}
