namespace Millrace.ApiKeys;

/// <summary>A key as it is stored: everything but its secret, of which only a hash is kept.</summary>
public sealed record ApiKey
{
    /// <summary>The public part of the key's text, by which it is found, listed and revoked.</summary>
    public required string Id { get; init; }

    /// <summary>SHA-256 of the whole text of the key, in upper-case hexadecimal.</summary>
    public required string Hash { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>The tenant whose data it opens.</summary>
    public required string Tenant { get; init; }

    /// <summary>What it may do: see <see cref="KeyScopes"/>.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>Access labels that its holder has: documents with labels are visible to who holds one of them.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whether it was revoked.</summary>
    public bool Disabled { get; init; }

    /// <summary>Most requests in a minute; null for any number.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Most tokens in a minute, of prompts and answers together; null for any number.</summary>
    public int? TokensPerMinute { get; init; }

    /// <summary>Whether it may do what needs a scope.</summary>
    public bool Allows(string scope) => Scopes.Contains(KeyScopes.All) || Scopes.Contains(scope);

    /// <summary>The labels that bound what its holder sees; null when nothing is hidden from it.</summary>
    public IReadOnlyList<string>? LabelBound() => Allows(KeyScopes.AllLabels) ? null : Labels;
}
