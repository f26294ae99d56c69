using System.Globalization;
using Microsoft.Data.Sqlite;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Hosting;
using SQLitePCL;

namespace Millrace.Sessions.Storage;

/// <summary>
/// One SQLite file in WAL mode: many readers beside one writer. A commit is on disk before it is acknowledged (synchronous = FULL).
/// </summary>
public sealed class SqliteDatabase : IDatabase, IDisposable
{
    private const string Pragmas = "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;";

    // What the disk, or another program with the file, is the cause of: no defect, and worth another try when it is mended.
    private static readonly int[] OfThePlace =
    [
        raw.SQLITE_BUSY, raw.SQLITE_LOCKED, raw.SQLITE_READONLY, raw.SQLITE_IOERR, raw.SQLITE_FULL, raw.SQLITE_CANTOPEN,
    ];

    private readonly string _path;
    private readonly string _connectionString;
    private readonly SemaphoreSlim _writer = new(1, 1);
    private volatile bool _isOpen;

    static SqliteDatabase() => Batteries_V2.Init();

    /// <summary>Names the file; <see cref="OpenAsync"/> opens it.</summary>
    public SqliteDatabase(string path)
    {
        _path = path;
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = true }.ToString();
    }

    /// <inheritdoc/>
    public SqlDialect Dialect => SqlDialect.Sqlite;

    /// <inheritdoc/>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using (var connection = Open()) Execute(connection, "PRAGMA journal_mode = WAL;");
            await WriteAsync(session => Task.FromResult(Upgrade((SqliteConnection)session.Connection)), cancellationToken);
            _isOpen = true;
        }
        catch (SqliteException error)
        {
            throw new StartupException(
                $"The database '{_path}' cannot be opened ({error.Message}). Restore it from a backup, or move it away to begin anew.",
                error);
        }
    }

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<SqlSession, Task<T>> read, CancellationToken cancellationToken) => ToldAsync(async () =>
    {
        await using var connection = Open();
        return await read(new SqlSession(connection, Dialect, cancellationToken));
    });

    /// <inheritdoc/>
    public async Task<T> WriteAsync<T>(Func<SqlSession, Task<T>> write, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            return await ToldAsync(async () =>
            {
                await using var connection = Open();
                await using var transaction = connection.BeginTransaction();
                var result = await write(new SqlSession(connection, Dialect, cancellationToken));
                transaction.Commit();
                return result;
            });
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

    private async Task<T> ToldAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (SqliteException error) when (_isOpen && OfThePlace.Contains(error.SqliteErrorCode))
        {
            throw new MillraceException(
                Reason.UpstreamUnavailable,
                "The session database cannot be used now: its disk is full, or its file is away or in use. Try again in a moment.",
                error)
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            };
        }
    }

    private int Upgrade(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        var version = Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        if (version > SqliteSchema.Version)
            throw new StartupException(
                $"The database '{_path}' was written by a newer version of Millrace (schema {version}, here {SqliteSchema.Version}). "
                    + "Run that version, or restore a backup.");
        foreach (var step in SqliteSchema.StepsAfter(version)) Execute(connection, step);
        Execute(connection, $"PRAGMA user_version = {SqliteSchema.Version}");
        return SqliteSchema.Version;
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            Execute(connection, Pragmas);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
