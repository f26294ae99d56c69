using Millrace.ServiceDefaults.Errors;

namespace Millrace.Guardrails.Telemetry;

/// <summary>Facts about checks, never any text but where the operator asked for it. Event ids 400 to 419.</summary>
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

    [LoggerMessage(
        410,
        LogLevel.Error,
        "The changed settings were not taken over, and the last good policies stay: {Problem}",
        EventName = "PoliciesKept")]
    public static partial void PoliciesKept(ILogger logger, string problem);

    [LoggerMessage(
        411,
        LogLevel.Warning,
        "Guardrails:PseudonymKey is not set: a random key serves, and pseudonyms and hashes do not survive a restart",
        EventName = "KeyIsRandom")]
    public static partial void KeyIsRandom(ILogger logger);

    [LoggerMessage(412, LogLevel.Information, "Found {Rule} at {Where}, score {Score}, policy {Version}", EventName = "Found")]
    public static partial void Found(ILogger logger, string rule, string where, float score, string version);

    [LoggerMessage(413, LogLevel.Information, "Found {Rule} at {Where}, score {Score}: {Text}", EventName = "FoundText")]
    public static partial void FoundText(ILogger logger, string rule, string where, float score, string text);

    [LoggerMessage(
        405,
        LogLevel.Warning,
        "Topics of a text are not known: {Reason}; policy {Version} lets it pass: {FailOpen}",
        EventName = "TopicsUnknown")]
    public static partial void TopicsUnknown(ILogger logger, string version, Reason reason, bool failOpen);
}
