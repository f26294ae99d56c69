using Millrace.ServiceDefaults.Hosting;
using Microsoft.Data.Sqlite;

namespace Millrace.Sessions.Storage;

/// <summary>
/// One SQLite file in WAL mode: many readers beside one writer. A commit is on disk before it is acknowledged (synchronous = FULL).
/// </summary>
public sealed class SqliteDatabase : IDisposable
{
    private const string Pragmas = "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;";

    private readonly string _connectionString;
    private readonly SemaphoreSlim _writer = new(1, 1);

    static SqliteDatabase() => SQLitePCL.Batteries_V2.Init();

    /// <summary>Opens the file, creating it and its tables if they are missing.</summary>
    /// <exception cref="StartupException">The file is not a database or cannot be written; the message names it.</exception>
    public SqliteDatabase(string path, string schema)
    {
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = true }.ToString();
        try
        {
            using var connection = Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode = WAL;" + schema;
            command.ExecuteNonQuery();
        }
        catch (SqliteException error)
        {
            throw new StartupException(
                $"The database '{path}' cannot be opened ({error.Message}). Restore it from a backup, or move it away to begin anew.",
                error);
        }
    }

    /// <summary>Reads. Readers do not wait for the writer.</summary>
    public T Read<T>(Func<SqliteConnection, T> read)
    {
        using var connection = Open();
        return read(connection);
    }

    /// <summary>Writes in one transaction; it is on disk when the task is done. Writers take turns.</summary>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, T> write, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            using var connection = Open();
            using var transaction = connection.BeginTransaction();
            var result = write(connection);
            transaction.Commit();
            return result;
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _writer.Dispose();
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
        return connection;
    }
}
