namespace Millrace.ServiceDefaults.Hosting;

/// <summary>A service cannot start, and its operator can mend it. The message is one line: what is wrong, and the remedy.</summary>
public sealed class StartupException(string message, Exception? inner = null) : Exception(message, inner);
