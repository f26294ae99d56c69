namespace Millrace.ApiKeys;

/// <summary>Where keys are kept. There are few of them, so that they are read and written as a whole.</summary>
public interface IKeyStore
{
    /// <summary>A value that differs when the keys have changed, cheap to ask for; null when there is no store yet.</summary>
    string? Stamp();

    /// <summary>All keys; none when there is no store yet.</summary>
    /// <exception cref="KeyStoreException">They cannot be read.</exception>
    IReadOnlyList<ApiKey> Load();

    /// <summary>Replaces the keys by what a function makes of them, as one step: no other change comes between.</summary>
    /// <exception cref="KeyStoreException">They cannot be stored.</exception>
    void Change(Func<IReadOnlyList<ApiKey>, IReadOnlyList<ApiKey>> change);
}
