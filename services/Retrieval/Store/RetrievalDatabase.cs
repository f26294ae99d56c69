using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.ServiceDefaults.Hosting;

namespace Millrace.Retrieval.Store;

/// <summary>
/// One SQLite file in WAL mode: many readers on pooled connections, one writer on a connection of its own. A write that was acknowledged
/// is on the disk (<c>synchronous=FULL</c>), so that it survives a killed process and a power cut.
/// </summary>
internal sealed class RetrievalDatabase : IDisposable
{
    private readonly string _connectionString;
    private readonly SemaphoreSlim _writerLane = new(1, 1);
    private readonly SqliteConnection _writer;

    static RetrievalDatabase() => SQLitePCL.Batteries_V2.Init();

    /// <summary>Opens the file, and creates it with its tables if it is missing.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="StartupException">The file is not a database or cannot be written; the message names it.</exception>
    public RetrievalDatabase(string path)
    {
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, ForeignKeys = true, Pooling = true }.ToString();
        _writer = new SqliteConnection(_connectionString);
        try
        {
            _writer.Open();
            _writer.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864;");
            _writer.Execute(Schema.Tables);
        }
        catch (SqliteException error)
        {
            _writer.Dispose();
            throw new StartupException(
                $"The database '{path}' cannot be opened ({error.Message}). Restore it from a backup, or move it away to begin anew.",
                error);
        }
    }

    /// <summary>Reads. The reader sees the state of one moment, and no writer waits for it.</summary>
    public T Read<T>(Func<SqliteConnection, T> read)
    {
        using var connection = Open();
        using var moment = connection.BeginTransaction(deferred: true);
        return read(connection);
    }

    /// <summary>Writes in one transaction, after all writes that came before. When the task ends, the write is durable.</summary>
    public Task<T> WriteAsync<T>(Func<SqliteConnection, T> write, CancellationToken cancellationToken) =>
        WriteAsync(write, static _ => { }, cancellationToken);

    /// <summary>Writes in one transaction, and tells what is kept in memory of it before the next writer begins.</summary>
    /// <param name="write">Writes.</param>
    /// <param name="committed">Runs when the write is durable.</param>
    /// <param name="cancellationToken">Gives up while waiting for other writers.</param>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, T> write, Action<T> committed, CancellationToken cancellationToken)
    {
        await _writerLane.WaitAsync(cancellationToken);
        try
        {
            using var transaction = _writer.BeginTransaction();
            var result = write(_writer);
            transaction.Commit();
            committed(result);
            return result;
        }
        finally
        {
            _writerLane.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
        using (var pooled = new SqliteConnection(_connectionString)) SqliteConnection.ClearPool(pooled);
        _writerLane.Dispose();
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        return connection;
    }
}
