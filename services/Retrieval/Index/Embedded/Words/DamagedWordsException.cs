namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>A file of words has another form than this version writes, or a line that makes no sense: it is to be filled anew.</summary>
internal sealed class DamagedWordsException(string message) : Exception(message);
