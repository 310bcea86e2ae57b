namespace Agentdom.Client;

/// <summary>Files that are written completely or not at all, and that only their owner can read.</summary>
internal static class AtomicFile
{
    internal const string TemporarySuffix = ".tmp";

    private const int WindowsAttempts = 20;
    private const int WindowsPauseMilliseconds = 50;

    /// <summary>Creates a folder, and those around it, so that only their owner can access them.</summary>
    /// <exception cref="IOException">It cannot be created, for example because a file is in its place.</exception>
    internal static void CreateDirectory(string path)
    {
        if (Directory.Exists(path)) return;
        RequireNoFile(path);
#if NET
        if (!OperatingSystem.IsWindows())
        {
            // .NET gives the mode to the last folder only.
            if (Path.GetDirectoryName(path) is { Length: > 0 } parent && !Directory.Exists(parent)) CreateDirectory(parent);
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return;
        }
#endif
        // On Windows the folder inherits the access rules of its parent, which by default is in the user's profile.
        Directory.CreateDirectory(path);
    }

    /// <summary>Writes a temporary file, flushes it to disk and renames it to the target.</summary>
    internal static void Write(string path, byte[] content)
    {
        var temporary = WriteTemporary(path, content);
        try
        {
            Replace(path, temporary);
        }
        catch
        {
            Discard(temporary);
            throw;
        }
    }

    /// <summary>Writes several files with different paths, each as <see cref="Write"/> does. They are flushed in parallel.</summary>
    /// <returns>The failure of each file, or null. One that fails does not prevent the others.</returns>
    internal static IReadOnlyList<Exception?> WriteAll(IReadOnlyList<(string Path, byte[] Content)> files)
    {
        var failures = new Exception?[files.Count];
        var opened = new FileStream?[files.Count];
        for (var i = 0; i < opened.Length; i++)
        {
            failures[i] = Try(() =>
            {
                var file = opened[i] = Open(TemporaryFor(files[i].Path), FileMode.CreateNew, FileAccess.Write);
                file.Write(files[i].Content, 0, files[i].Content.Length);
            });
        }
        Parallel.For(0, opened.Length, i =>
        {
            if (opened[i] is { } file) failures[i] ??= Try(() => file.Flush(flushToDisk: true));
        });
        for (var i = 0; i < opened.Length; i++)
        {
            if (opened[i] is not { } file) continue;
            failures[i] ??= Try(() =>
            {
                file.Dispose();
                Replace(files[i].Path, file.Name);
            });
            if (failures[i] is null) continue;
            file.Dispose();
            Discard(file.Name);
        }
        return failures;
    }

    /// <summary>Deletes a temporary file if that is possible. One that stays is deleted by a later process.</summary>
    internal static void Discard(string temporary) => Try(() => File.Delete(temporary));

    /// <summary>Reads a file without blocking a writer that replaces it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="check">Called with the open file before it is read.</param>
    internal static byte[] Read(string path, Action<FileStream>? check = null) => Patiently(() =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        check?.Invoke(file);
        using var content = new MemoryStream();
        file.CopyTo(content);
        return content.ToArray();
    });

    /// <summary>Deletes a file, even if another process has it open for a moment.</summary>
    internal static void Delete(string path) => Patiently(() =>
    {
        File.Delete(path);
        return true;
    });

    /// <summary>Whether a file or a folder exists. Unlike <see cref="File.Exists"/>, it fails if this cannot be known.</summary>
    /// <exception cref="UnauthorizedAccessException">A folder on the way may not be entered.</exception>
    /// <exception cref="IOException">A file is where a folder on the way should be.</exception>
    internal static bool Exists(string path)
    {
        try
        {
            File.GetAttributes(path);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            if (Path.GetDirectoryName(path) is { } folder) RequireNoFile(folder);
            return false;
        }
    }

    /// <summary>Whether a folder exists.</summary>
    /// <exception cref="UnauthorizedAccessException">A folder on the way may not be entered.</exception>
    /// <exception cref="IOException">A file is where it or a folder on the way should be.</exception>
    internal static bool FolderExists(string path)
    {
        if (!Exists(path)) return false;
        RequireNoFile(path);
        return true;
    }

    /// <summary>Opens a file exclusively, and creates it if it does not exist.</summary>
    internal static FileStream OpenOrCreate(string path) => Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);

    /// <summary>Writes a file atomically. If the file already exists, it is left unchanged.</summary>
    internal static void CreateIfMissing(string path, byte[] content)
    {
        PrivatePath.CreateFolder(Path.GetDirectoryName(path)!);
        var temporary = WriteTemporary(path, content);
        try
        {
            File.Move(temporary, path);
        }
        catch (IOException) when (File.Exists(path))
        {
            Discard(temporary);
        }
        catch
        {
            Discard(temporary);
            throw;
        }
    }

    // On Windows a file cannot be replaced while another process, such as a virus scanner, has it open.
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

    private static void Replace(string path, string temporary) => Patiently(() =>
    {
#if NET
        File.Move(temporary, path, overwrite: true);
#else
        if (File.Exists(path)) File.Replace(temporary, path, null);
        else File.Move(temporary, path);
#endif
        return true;
    });

    private static void RequireNoFile(string folder)
    {
        for (var path = folder; path is not null; path = Path.GetDirectoryName(path))
        {
            if (File.Exists(path)) throw new IOException($"{path} is a file, not a folder.");
        }
    }

    private static Exception? Try(Action work)
    {
        try
        {
            work();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e;
        }
    }

    private static string TemporaryFor(string path) => $"{path}.{Guid.NewGuid():N}{TemporarySuffix}";

    private static string WriteTemporary(string path, byte[] content)
    {
        var temporary = TemporaryFor(path);
        try
        {
            using var file = Open(temporary, FileMode.CreateNew, FileAccess.Write);
            file.Write(content, 0, content.Length);
            file.Flush(flushToDisk: true);
        }
        catch
        {
            Discard(temporary);
            throw;
        }
        return temporary;
    }

    private static FileStream Open(string path, FileMode mode, FileAccess access)
    {
#if NET
        // Without a buffer, what cannot be written fails at once and not when the file is closed.
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
#else
        return new FileStream(path, mode, access, FileShare.None, bufferSize: 1);
#endif
    }
}
