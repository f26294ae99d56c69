namespace Millrace.TestShared.Fuzzing;

/// <summary>A body that was changed.</summary>
/// <param name="What">What was done to it, in words.</param>
/// <param name="Body">What it is now.</param>
/// <param name="Field">The top field that a refusal must name; null where the change left no readable body.</param>
public sealed record Mutation(string What, byte[] Body, string? Field = null);
