namespace Millrace.ApiKeys;

/// <summary>Keys cannot be read, stored or made; the message is for the operator and says what to do.</summary>
public sealed class KeyStoreException(string message, Exception? inner = null) : Exception(message, inner);
