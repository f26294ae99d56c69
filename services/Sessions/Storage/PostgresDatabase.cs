using System.Globalization;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Hosting;
using Npgsql;

namespace Millrace.Sessions.Storage;

/// <summary>
/// A PostgreSQL database, which several processes may share. A conflict with another transaction or a lost connection is tried again,
/// unless the commit itself may have been done.
/// </summary>
public sealed class PostgresDatabase : IDatabase, IAsyncDisposable
{
    /// <summary>Held while the tables are changed, so that of several processes that start one does it.</summary>
    private const long UpgradeLock = 0x6d696c6c72616365;

    private static readonly TimeSpan BackoffFirst = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(1);

    private readonly NpgsqlDataSource _source;
    private readonly StoreOptions _options;
    private readonly TimeProvider _time;
    private readonly string _place;

    /// <summary>Names the database; <see cref="OpenAsync"/> connects.</summary>
    /// <exception cref="StartupException">The connection string is not one.</exception>
    public PostgresDatabase(string connectionString, StoreOptions options, TimeProvider time)
    {
        var settings = Parse(connectionString);
        settings.MaxPoolSize = options.ConnectionsMax;
        settings.CommandTimeout = (int)Math.Ceiling(options.StatementTimeout.TotalSeconds) + 1;
        var milliseconds = ((long)options.StatementTimeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        settings.Options = $"{settings.Options} -c statement_timeout={milliseconds}".TrimStart();
        _source = NpgsqlDataSource.Create(settings);
        _place = $"{settings.Host}:{settings.Port}/{settings.Database}";
        _options = options;
        _time = time;
    }

    /// <inheritdoc/>
    public SqlDialect Dialect => SqlDialect.Postgres;

    /// <inheritdoc/>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        var startedAt = _time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await OnceAsync(UpgradeAsync, cancellationToken);
                return;
            }
            catch (NpgsqlException error) when (IsPassing(error) && _time.GetElapsedTime(startedAt) < _options.StartTimeout)
            {
                await Task.Delay(Backoff(attempt), _time, cancellationToken);
            }
            catch (NpgsqlException error)
            {
                throw new StartupException(
                    $"The PostgreSQL database {_place} cannot be used ({error.Message}). Start it, or correct ConnectionStrings:sessions.",
                    error);
            }
        }
    }

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<SqlSession, Task<T>> read, CancellationToken cancellationToken) =>
        RetryAsync(() => ConnectedAsync(read, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<SqlSession, Task<T>> write, CancellationToken cancellationToken) =>
        RetryAsync(() => OnceAsync(write, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            // The message of the exception may repeat a part of the string, which may be a password.
            throw new StartupException(
                "ConnectionStrings:sessions is not a connection string of PostgreSQL. Write it as "
                    + "Host=HOST;Port=5432;Username=USER;Password=PASSWORD;Database=sessions.",
                error);
        }
    }

    private async Task<T> ConnectedAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        return await work(new SqlSession(connection, Dialect, cancellationToken));
    }

    private Task<T> OnceAsync<T>(Func<SqlSession, Task<T>> write, CancellationToken cancellationToken) => ConnectedAsync(
        async session =>
        {
            await using var transaction = await session.Connection.BeginTransactionAsync(cancellationToken);
            var result = await write(session);
            try
            {
                await transaction.CommitAsync(CancellationToken.None);
            }
            catch (NpgsqlException error) when (error is not PostgresException)
            {
                // Nobody knows whether it was done: the caller repeats it, and ids tell what is there already.
                throw Unreachable(error);
            }

            return result;
        },
        cancellationToken);

    private async Task<T> RetryAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (NpgsqlException error) when (IsPassing(error) && attempt < _options.AttemptsMax)
            {
                await Task.Delay(Backoff(attempt), _time, cancellationToken);
            }
            catch (NpgsqlException error) when (IsPassing(error))
            {
                throw Unreachable(error);
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.CharacterNotInRepertoire)
            {
                // Ids are looked up as they come, and U+0000 is in none that is kept.
                throw new MillraceException(
                    Reason.InvalidArgument, "An id has the character U+0000. Send one that a list returned.", error);
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.QueryCanceled)
            {
                throw new MillraceException(
                    Reason.DeadlineExceeded, $"The session database took longer than {_options.StatementTimeout}. Try again.", error);
            }
        }
    }

    private static bool IsPassing(NpgsqlException error) => error.IsTransient || error is PostgresException
    {
        SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown,
    };

    private static MillraceException Unreachable(NpgsqlException error) => new(
        Reason.UpstreamUnavailable, "The session database cannot be reached. Try again in a moment.", error)
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    // Jitter, so that those who were in each other's way do not meet again.
    private static TimeSpan Backoff(int attempt)
    {
        var longest = Math.Min(BackoffFirst.TotalMilliseconds * (1L << Math.Min(attempt, 16)), BackoffMax.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(longest * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    private async Task<long> UpgradeAsync(SqlSession session)
    {
        await session.ExecuteAsync("SELECT pg_advisory_xact_lock(@key)", new { key = UpgradeLock });
        await session.ExecuteAsync(PostgresSchema.Versions);
        var version = (int)await session.NumberAsync("SELECT version FROM sessions_schema WHERE only_row = @row", new { row = 1L });
        if (version > PostgresSchema.Version)
            throw new StartupException(
                $"The PostgreSQL database {_place} was written by a newer version of Millrace (schema {version}, here "
                    + $"{PostgresSchema.Version}). Run that version.");
        foreach (var step in PostgresSchema.StepsAfter(version)) await session.ExecuteAsync(step);
        await session.ExecuteAsync("UPDATE sessions_schema SET version = @version", new { version = (long)PostgresSchema.Version });
        return PostgresSchema.Version;
    }
}
