using System.Globalization;
using System.Text.RegularExpressions;

namespace Agentdom.Jobs;

/// <summary>The two systemd units of the job, as text.</summary>
internal static class SystemdText
{
    internal const string UnitName = "agentdom-refresh";

    private static readonly Regex s_minutes = new(@"^OnCalendar=\*:0(?:0|/(?<minutes>[0-9]{1,2}))\r?$", RegexOptions.Multiline);
    private static readonly Regex s_command = new(@"^ExecStart=(?<command>[^\r\n]*)", RegexOptions.Multiline);

    internal static string Service(RefreshJob job) => $"""
        # Kept by Register-AtpRefreshJob; Unregister-AtpRefreshJob takes it away.
        [Unit]
        Description=Renew the agent tokens of Agentdom

        [Service]
        Type=oneshot
        ExecStart={CommandText.ForSystemd(job.Command)}
        TimeoutStartSec=15min
        UMask=0077
        NoNewPrivileges=yes
        LockPersonality=yes
        RestrictRealtime=yes

        """.Replace("\r\n", "\n");

    internal static string Timer(RefreshJob job) => $"""
        # Kept by Register-AtpRefreshJob; Unregister-AtpRefreshJob takes it away.
        [Unit]
        Description=Renew the agent tokens of Agentdom every {job.Minutes} min

        [Timer]
        OnCalendar=*:{(job.Minutes == 60 ? "00" : $"0/{job.Minutes.ToString(CultureInfo.InvariantCulture)}")}
        RandomizedDelaySec={(job.Minutes * 60 / 5).ToString(CultureInfo.InvariantCulture)}
        Persistent=yes

        [Install]
        WantedBy=timers.target

        """.Replace("\r\n", "\n");

    /// <summary>The job in the two units, or null if they are not the job's.</summary>
    internal static JobCommand? Find(string service, string timer)
    {
        var minutes = s_minutes.Match(timer);
        var command = s_command.Match(service);
        if (!minutes.Success || !command.Success) return null;
        var number = minutes.Groups["minutes"];
        var text = command.Groups["command"].Value;
        return new JobCommand(TimeSpan.FromMinutes(number.Success ? int.Parse(number.Value, CultureInfo.InvariantCulture) : 60),
            text, CommandText.FromSystemd(text));
    }
}
