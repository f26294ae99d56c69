namespace Millrace.Embedding.Engine;

/// <summary>What an engine's batches and its line are like.</summary>
/// <param name="TextsMax">Most texts of a batch.</param>
/// <param name="TokensMax">Most tokens of a batch.</param>
/// <param name="QueueTextsMax">Most texts that wait.</param>
/// <param name="Window">How long a batch waits at most for calls that are on their way.</param>
internal sealed record BatchLimits(int TextsMax, int TokensMax, int QueueTextsMax, TimeSpan Window);
