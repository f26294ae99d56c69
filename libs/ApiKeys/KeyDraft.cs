using System.Globalization;

namespace Millrace.ApiKeys;

/// <summary>What somebody wants of a new key.</summary>
public sealed record KeyDraft
{
    private const int NameCharsMax = 128;
    private const int TenantCharsMax = 64;
    private const int LabelsMax = 64;
    private const int LabelCharsMax = 128;

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>The tenant whose data it opens.</summary>
    public string Tenant { get; init; } = "default";

    /// <summary>What it may do.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [KeyScopes.All];

    /// <summary>Access labels that its holder has.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>How long it lasts; null for ever.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>Most requests in a minute.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Most tokens in a minute.</summary>
    public int? TokensPerMinute { get; init; }

    /// <summary>A new key, and its text, which nobody can find out again.</summary>
    /// <exception cref="KeyStoreException">The draft asks for what cannot be; the message says what.</exception>
    public (ApiKey Key, string Text) Create(DateTimeOffset now)
    {
        if (Problem() is { } problem) throw new KeyStoreException(problem);
        var text = KeyText.Create();
        if (!KeyText.TryReadId(text, out var id)) throw new InvalidOperationException("A new key has not the form of a key.");
        return (Key(id, Convert.ToHexString(KeyText.Hash(text)), now), text);
    }

    private static bool IsTenant(string text) =>
        text.Length is > 0 and <= TenantCharsMax && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private ApiKey Key(string id, string hash, DateTimeOffset now) => new()
    {
        Id = id,
        Hash = hash,
        Name = Name,
        Tenant = Tenant,
        Scopes = Scopes,
        Labels = Labels,
        CreatedAt = now,
        ExpiresAt = now + Lifetime,
        RequestsPerMinute = RequestsPerMinute,
        TokensPerMinute = TokensPerMinute,
    };

    private string? Problem()
    {
        if (Name.Length is 0 or > NameCharsMax || Name.Any(char.IsControl)) return $"A key's name has 1 to {NameCharsMax} characters.";
        if (!IsTenant(Tenant)) return $"A tenant's name has 1 to {TenantCharsMax} letters, digits, hyphens, underscores and dots.";
        if (Scopes.Count == 0) return "A key needs a scope. " + Known();
        if (Scopes.Except(KeyScopes.Known).FirstOrDefault() is { } scope) return $"'{scope}' is not a scope. " + Known();
        if (Labels.Count > LabelsMax || Labels.Any(label => label.Length is 0 or > LabelCharsMax))
            return $"A key has at most {LabelsMax} labels of 1 to {LabelCharsMax} characters.";
        if (Lifetime <= TimeSpan.Zero) return "A key's lifetime must be above zero, such as 30d.";
        return RequestsPerMinute < 1 || TokensPerMinute < 1 ? "A limit for each minute is at least 1; leave it out for none." : null;
    }

    private static string Known() => string.Create(CultureInfo.InvariantCulture, $"There are {string.Join(", ", KeyScopes.Known)}.");
}
