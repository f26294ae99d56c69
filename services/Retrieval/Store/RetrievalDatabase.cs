using System.Threading.Channels;
using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Hosting;

namespace Millrace.Retrieval.Store;

/// <summary>
/// One SQLite file in WAL mode: many readers on pooled connections, one writer on a connection of its own. A write that was acknowledged
/// is on the disk (<c>synchronous=FULL</c>), so that it survives a killed process and a power cut. Writes that wait at the same time share
/// one transaction and so one wait for the disk; each is undone alone when it fails.
/// </summary>
internal sealed class RetrievalDatabase : IDisposable
{
    private const int WaitingWritesMax = 4096;
    private const int WritesPerCommitMax = 256;

    private const int Busy = 5;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Full = 13;

    private readonly string _connectionString;
    private readonly SqliteConnection _writer;
    private readonly Channel<IWrite> _writes = Channel.CreateBounded<IWrite>(
        new BoundedChannelOptions(WaitingWritesMax) { SingleReader = true });

    private readonly Task _lane;

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
            RequeuedByUpgrade = SchemaUpgrade.Apply(_writer);

            // What a killed process wrote unseen: nobody else has the file open for writing.
            _writer.Execute("DELETE FROM editions WHERE live = 0");
        }
        catch (SqliteException error)
        {
            _writer.Dispose();
            throw new StartupException(
                $"The database '{path}' cannot be opened ({error.Message}). Restore it from a backup, or move it away to begin anew.",
                error);
        }
        catch (StartupException)
        {
            _writer.Dispose();
            throw;
        }

        _lane = Task.Run(WriteLaneAsync);
    }

    /// <summary>Documents that wait anew because the file was of an older version; null when it was not.</summary>
    public int? RequeuedByUpgrade { get; }

    /// <summary>Reads. The reader sees the state of one moment, and no writer waits for it.</summary>
    public T Read<T>(Func<SqliteConnection, T> read)
    {
        using var connection = new SqliteConnection(_connectionString);
        connection.Open();
        using var moment = connection.BeginTransaction(deferred: true);
        return read(connection);
    }

    /// <summary>Writes in one step, after all writes that came before. When the task ends, the write is durable.</summary>
    /// <param name="write">Writes; nothing of it stays when it throws.</param>
    /// <param name="cancellationToken">Gives up before the write begins.</param>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, T> write, CancellationToken cancellationToken)
    {
        var queued = new Write<T>(write, cancellationToken);
        await _writes.Writer.WriteAsync(queued, cancellationToken);
        return await queued.Task;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_writes.Writer.TryComplete()) _lane.Wait();
        _writer.Dispose();
        using var pooled = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(pooled);
    }

    private async Task WriteLaneAsync()
    {
        List<IWrite> batch = [];
        while (await _writes.Reader.WaitToReadAsync())
        {
            while (batch.Count < WritesPerCommitMax && _writes.Reader.TryRead(out var write)) batch.Add(write);
            Commit(batch);
            batch.Clear();
        }
    }

    private void Commit(List<IWrite> batch)
    {
        try
        {
            _writer.Execute("BEGIN IMMEDIATE");
            foreach (var write in batch) RunAlone(write);
            _writer.Execute("COMMIT");
        }
        catch (SqliteException error)
        {
            RollBack();
            foreach (var write in batch) write.Fail(error);
            return;
        }

        foreach (var write in batch) write.Acknowledge();
    }

    private void RunAlone(IWrite write)
    {
        _writer.Execute("SAVEPOINT one");
        if (!write.Run(_writer)) _writer.Execute("ROLLBACK TO one");
        _writer.Execute("RELEASE one");
    }

    // What the disk refuses now it may take later: whoever waits for it tries again.
    private static Exception Told(Exception error) => error is SqliteException { SqliteErrorCode: Busy or ReadOnly or InputOutput or Full }
        ? new MillraceException(
            Reason.UpstreamUnavailable,
            "The database cannot be written now. Look after the service's disk, then send again what was not stored.",
            error)
        : error;

    // A full disk may have ended the transaction already.
    private void RollBack()
    {
        try
        {
            _writer.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // There is none any more.
        }
    }

    private interface IWrite
    {
        /// <summary>Runs it.</summary>
        /// <returns>Whether what it wrote is to stay.</returns>
        bool Run(SqliteConnection connection);

        /// <summary>Its transaction is durable.</summary>
        void Acknowledge();

        /// <summary>Its transaction is lost.</summary>
        void Fail(Exception error);
    }

    private sealed class Write<T>(Func<SqliteConnection, T> write, CancellationToken cancellationToken) : IWrite
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;
        private Exception? _error;

        public Task<T> Task => _done.Task;

        public bool Run(SqliteConnection connection)
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                _result = write(connection);
                return true;
            }
            catch (Exception error)
            {
                _error = error;
                return false;
            }
        }

        public void Acknowledge()
        {
            if (_error is OperationCanceledException) _done.TrySetCanceled(cancellationToken);
            else if (_error is not null) _done.TrySetException(Told(_error));
            else _done.TrySetResult(_result!);
        }

        public void Fail(Exception error) => _done.TrySetException(Told(_error ?? error));
    }
}
