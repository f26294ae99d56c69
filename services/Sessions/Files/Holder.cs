using System.Text.Json;

namespace Millrace.Sessions.Files;

/// <summary>
/// Who may see what a caller made. Results of a batch may tell of documents that only holders of some labels may see, so that they are
/// there for who holds all labels that the batch ran with, and for who is not bound by labels.
/// </summary>
/// <param name="Text">As it is stored: empty for everybody, <c>*</c> for callers without a bound, else a JSON array of labels.</param>
public readonly record struct Holder(string Text)
{
    private const string Unbound = "*";

    /// <summary>Everybody of the tenant.</summary>
    public static Holder Everybody { get; } = new(string.Empty);

    /// <summary>Whether nothing bounds it.</summary>
    public bool IsUnbound => Text == Unbound;

    /// <summary>The labels that bound it; null when nothing does.</summary>
    public IReadOnlyList<string>? Labels => IsUnbound ? null : Text.Length == 0 ? [] : JsonSerializer.Deserialize<string[]>(Text);

    /// <summary>The holder that a caller is.</summary>
    /// <param name="labels">The labels that bound the caller; null when nothing does.</param>
    public static Holder Of(IReadOnlyList<string>? labels) => new(labels is null ? Unbound : JsonSerializer.Serialize(labels));

    /// <summary>Whether a caller sees what this holder made.</summary>
    /// <param name="bound">The labels that bound the caller; null when nothing does.</param>
    public bool IsSeenBy(IReadOnlyList<string>? bound) =>
        bound is null || Text.Length == 0 || (Labels is { } labels && labels.All(label => bound.Contains(label)));
}
