namespace Millrace.Gateway.Resilience;

/// <summary>How one service is called: how many calls at a time, how long they wait and take, and when it counts as down.</summary>
public sealed class DependencyOptions
{
    private const int CallsMax = 1 << 20;

    /// <summary>Most calls at a time.</summary>
    /// <value>Default 256; 4,096 generations.</value>
    public int ConcurrentMax { get; set; } = 256;

    /// <summary>Most calls that wait for one of those to end.</summary>
    /// <value>Default 1,024.</value>
    public int WaitingMax { get; set; } = 1024;

    /// <summary>
    /// How long a call may wait without harm. While waits are above it, batch work is refused; above it for <see cref="WaitInterval"/>,
    /// so is everything that would have to wait.
    /// </summary>
    /// <value>Default 250 ms.</value>
    public TimeSpan WaitTarget { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long waits must have been above the target before calls that somebody waits for are refused.</summary>
    /// <value>Default 1 second.</value>
    public TimeSpan WaitInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait; a call that is expected to wait longer is refused at once.</summary>
    /// <value>Default 5 seconds.</value>
    public TimeSpan WaitMax { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Time that one call may take.</summary>
    /// <value>Default 30 seconds; 10 seconds for Guardrails and Sessions.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Failures in a row after which the service counts as down and is not asked.</summary>
    /// <value>Default 5.</value>
    public int FailuresMax { get; set; } = 5;

    /// <summary>How long it is not asked then; twice as long after each attempt that fails.</summary>
    /// <value>Default 1 second.</value>
    public TimeSpan OpenFor { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time for which it is not asked.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan OpenForMax { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>All errors, each with its remedy.</summary>
    public IEnumerable<string> Validate()
    {
        if (ConcurrentMax is < 1 or > CallsMax) yield return "ConcurrentMax must be from 1 to 1048576.";
        if (WaitingMax is < 0 or > CallsMax) yield return "WaitingMax must be from 0 to 1048576.";
        if (FailuresMax is < 1 or > 1000) yield return "FailuresMax must be from 1 to 1000.";
        foreach (var (name, value) in new[]
        {
            (nameof(WaitTarget), WaitTarget), (nameof(WaitInterval), WaitInterval), (nameof(WaitMax), WaitMax), (nameof(Timeout), Timeout),
            (nameof(OpenFor), OpenFor), (nameof(OpenForMax), OpenForMax),
        })
            if (value < TimeSpan.FromMilliseconds(1) || value > TimeSpan.FromHours(1))
                yield return $"{name} must be from 00:00:00.001 to 01:00:00.";
        if (OpenForMax < OpenFor) yield return "OpenForMax must not be below OpenFor.";
        if (WaitMax < WaitTarget) yield return "WaitMax must not be below WaitTarget.";
    }
}
