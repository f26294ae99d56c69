namespace Millrace.Guardrails.Telemetry;

/// <summary>Facts about checks, never any text. Event ids 400 to 419.</summary>
internal static partial class GuardrailsLog
{
    [LoggerMessage(
        400,
        LogLevel.Information,
        "Policy {Policy}, version {Version}, holds back at most {HeldCharsMax} characters of a stream",
        EventName = "PolicyLoaded")]
    public static partial void PolicyLoaded(ILogger logger, string policy, string version, int heldCharsMax);

    [LoggerMessage(401, LogLevel.Information, "Input blocked by policy {Version}: {Rule}", EventName = "InputBlocked")]
    public static partial void InputBlocked(ILogger logger, string version, string rule);

    [LoggerMessage(402, LogLevel.Information, "Output blocked by policy {Version}: {Rule}", EventName = "OutputBlocked")]
    public static partial void OutputBlocked(ILogger logger, string version, string rule);
}
