using Microsoft.Extensions.Logging.Console;

/// <summary>The setting ATP_AUDIT_FILE, as Program.cs describes it.</summary>
internal static class AuditSetting
{
    /// <exception cref="SettingException">The file cannot be written.</exception>
    internal static void Use(WebApplicationBuilder builder)
    {
        if (builder.Configuration["ATP_AUDIT_FILE"] is not { Length: > 0 } path) return;
        AuditFile file;
        try
        {
            file = new AuditFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"ATP_AUDIT_FILE: {e.Message}");
        }
        // By a factory, so that the app disposes it when it stops, which writes the last lines.
        builder.Services.AddSingleton<ILoggerProvider>(_ => file);
        builder.Logging.AddFilter<ConsoleLoggerProvider>(AuditFile.Category, LogLevel.None);
    }
}
