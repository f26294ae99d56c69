namespace Millrace.Sessions.Storage;

/// <summary>A relational database that keeps what it acknowledged. The stores speak SQL that all of them understand.</summary>
public interface IDatabase
{
    /// <summary>What this database says in its own way.</summary>
    SqlDialect Dialect { get; }

    /// <summary>Creates the tables, or brings those of an earlier version up to date. Called once, before anything else.</summary>
    /// <exception cref="ServiceDefaults.Hosting.StartupException">It cannot be used; the message says which and what to do.</exception>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Reads.</summary>
    Task<T> ReadAsync<T>(Func<SqlSession, Task<T>> read, CancellationToken cancellationToken);

    /// <summary>Writes in one transaction; it is on disk when the task is done. The work may be done more than once.</summary>
    Task<T> WriteAsync<T>(Func<SqlSession, Task<T>> write, CancellationToken cancellationToken);
}

/// <summary>Where databases differ.</summary>
public sealed record SqlDialect
{
    /// <summary>SQLite: writers take turns anyway, and any text can be kept.</summary>
    public static SqlDialect Sqlite { get; } = new()
    {
        ForUpdate = string.Empty,
        Encode = text => text,
        Decode = text => text,
        In = list => $"IN {list}",
        NotIn = list => $"NOT IN {list}",
    };

    /// <summary>PostgreSQL: rows are locked, lists are arrays, and U+0000 is written another way.</summary>
    public static SqlDialect Postgres { get; } = new()
    {
        ForUpdate = " FOR UPDATE OF c",
        Encode = NulText.Encode,
        Decode = NulText.Decode,
        In = list => $"= ANY({list})",
        NotIn = list => $"<> ALL({list})",
    };

    /// <summary>Ends a query whose row nobody else may change until the transaction ends; <c>c</c> is the row's table.</summary>
    public required string ForUpdate { get; init; }

    /// <summary>A text as the database can keep it.</summary>
    public required Func<string, string> Encode { get; init; }

    /// <summary>The text again.</summary>
    public required Func<string, string> Decode { get; init; }

    /// <summary>The condition that a value is one of a list, whose parameter is an array.</summary>
    public required Func<string, string> In { get; init; }

    /// <summary>The condition that a value is none of a list, whose parameter is an array.</summary>
    public required Func<string, string> NotIn { get; init; }
}

/// <summary>
/// Texts for databases that cannot keep U+0000: it becomes U+001A and a digit, and so does U+001A itself, so that every text comes back
/// as it was.
/// </summary>
internal static class NulText
{
    private const char Escape = '\u001a';

    public static string Encode(string text) => text.AsSpan().IndexOfAny('\0', Escape) < 0
        ? text
        : text.Replace("\u001a", "\u001a1", StringComparison.Ordinal).Replace("\0", "\u001a0", StringComparison.Ordinal);

    public static string Decode(string text) => text.Contains(Escape, StringComparison.Ordinal)
        ? text.Replace("\u001a0", "\0", StringComparison.Ordinal).Replace("\u001a1", "\u001a", StringComparison.Ordinal)
        : text;
}
