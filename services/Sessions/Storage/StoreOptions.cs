using System.ComponentModel.DataAnnotations;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Sessions.Storage;

/// <summary>Which database keeps the conversations.</summary>
public enum StoreKind
{
    /// <summary>A SQLite file in the data folder.</summary>
    Sqlite,

    /// <summary>The PostgreSQL database that <c>ConnectionStrings:sessions</c> names.</summary>
    Postgres,
}

/// <summary>Where conversations are kept; section <c>Sessions:Store</c>. All but the kind is for PostgreSQL.</summary>
public sealed class StoreOptions : ISelfValidating
{
    /// <summary>The database.</summary>
    /// <value>Default <c>Sqlite</c>.</value>
    [EnumDataType(typeof(StoreKind), ErrorMessage = "Kind must be Sqlite or Postgres.")]
    public StoreKind Kind { get; set; }

    /// <summary>Most connections of this process.</summary>
    /// <value>Default 20.</value>
    [Range(1, 1000, ErrorMessage = "ConnectionsMax must be from 1 to 1,000.")]
    public int ConnectionsMax { get; set; } = 20;

    /// <summary>Time that one statement may take; the server ends it then.</summary>
    /// <value>Default 10 seconds.</value>
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a piece of work is tried that failed on a conflict or a lost connection.</summary>
    /// <value>Default 4.</value>
    [Range(1, 20, ErrorMessage = "AttemptsMax must be from 1 to 20.")]
    public int AttemptsMax { get; set; } = 4;

    /// <summary>How long a server that does not answer yet is waited for at the start.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (StatementTimeout < TimeSpan.FromMilliseconds(100) || StatementTimeout > TimeSpan.FromHours(1))
            yield return "StatementTimeout must be from 00:00:00.1 to 01:00:00.";
        if (StartTimeout < TimeSpan.Zero || StartTimeout > TimeSpan.FromHours(1))
            yield return "StartTimeout must be from 00:00:00 to 01:00:00.";
    }
}
