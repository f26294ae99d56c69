using System.Text.Json;
using Millrace.Sessions.Files;
using Millrace.Sessions.Storage;

namespace Millrace.Sessions.Batches;

/// <summary>
/// Batches in a relational database. Whoever changes a batch as its worker changes its row first, under the condition that the lease is
/// still its own: the row is held until the transaction ends, so that nobody takes the lease over in between.
/// </summary>
internal sealed class SqlBatchStore(IDatabase database) : IBatchStore
{
    private const string Columns = """
        number, tenant, id, holder, endpoint, input_file, window_hours, metadata, state, errors, output_file, error_file,
        total, completed, failed, created_ms, expires_ms, reached
        """;

    private const string Active = "state IN (1, 3, 4, 7)";
    private const int ResultsAtOnce = 1000;

    public Task<bool> TryCreateAsync(Batch batch, int batchesMax, CancellationToken cancellationToken)
    {
        const string Insert = """
            INSERT INTO batches (tenant, id, holder, endpoint, input_file, window_hours, metadata, state, errors, output_file, error_file,
                total, completed, failed, created_ms, expires_ms, reached, lease, lease_until_ms, touched_ms)
            VALUES (@tenant, @id, @holder, @endpoint, @input, @window, @metadata, @state, '[]', '', '',
                0, 0, 0, @created, @expires, '{}', '', 0, @created) ON CONFLICT (tenant, id) DO NOTHING
            """;
        return database.WriteAsync(
            async session =>
            {
                var count = $"SELECT COUNT(*) FROM batches WHERE tenant = @tenant AND {Active}";
                if (await session.NumberAsync(count, new { tenant = batch.Tenant }) >= batchesMax) return false;
                await session.ExecuteAsync(Insert, new
                {
                    tenant = batch.Tenant,
                    id = batch.Id,
                    holder = session.Dialect.Encode(batch.Holder.Text),
                    endpoint = batch.Endpoint,
                    input = batch.InputFile,
                    window = (long)batch.WindowHours,
                    metadata = JsonSerializer.Serialize(batch.Metadata),
                    state = (long)batch.Stage,
                    created = batch.CreatedAt.ToUnixTimeMilliseconds(),
                    expires = batch.ExpiresAt.ToUnixTimeMilliseconds(),
                });
                return true;
            },
            cancellationToken);
    }

    public Task<Batch?> FindAsync(string tenant, string id, CancellationToken cancellationToken) => database.ReadAsync(
        async session => (await session.FindAsync<Row>(
            $"SELECT {Columns} FROM batches WHERE tenant = @tenant AND id = @id", new { tenant, id }))?.ToBatch(session.Dialect),
        cancellationToken);

    public Task<IReadOnlyList<Batch>> ListAsync(string tenant, long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<Batch>>(
            async session =>
            {
                var rows = await session.QueryAsync<Row>(
                    $"SELECT {Columns} FROM batches WHERE tenant = @tenant AND number < @before ORDER BY number DESC LIMIT @limit",
                    new { tenant, before = before ?? long.MaxValue, limit });
                return [.. rows.Select(row => row.ToBatch(session.Dialect))];
            },
            cancellationToken);

    public Task CancelAsync(string tenant, string id, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            // Held first, so that what is written is of the row as it is.
            var held = await session.ExecuteAsync(
                $"UPDATE batches SET touched_ms = touched_ms WHERE tenant = @tenant AND id = @id AND {Active}", new { tenant, id });
            if (held == 0) return 0;
            var row = await session.FindAsync<Row>(
                $"SELECT {Columns} FROM batches WHERE tenant = @tenant AND id = @id", new { tenant, id });
            return row is null || row.state == (long)BatchStage.Cancelling
                ? 0
                : await SaveAsync(session, row.ToBatch(session.Dialect).At(BatchStage.Cancelling, now), now);
        },
        cancellationToken);

    public Task<Batch?> LeaseAsync(string lease, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken)
    {
        const string Free = $"{Active} AND lease_until_ms <= @now";
        var times = new { lease, now = now.ToUnixTimeMilliseconds(), until = until.ToUnixTimeMilliseconds() };
        var take = $"""
            UPDATE batches SET lease = @lease, lease_until_ms = @until, touched_ms = @now WHERE {Free} AND number IN (
                SELECT number FROM batches WHERE {Free} ORDER BY touched_ms, number LIMIT 1)
            """;
        return database.WriteAsync(
            async session => await session.ExecuteAsync(take, times) == 0 ? null : await ReadAsync(session, lease), cancellationToken);
    }

    public Task<Batch?> FindLeasedAsync(string lease, CancellationToken cancellationToken) =>
        database.ReadAsync(session => ReadAsync(session, lease), cancellationToken);

    public Task<Batch?> KeepAsync(string lease, DateTimeOffset until, CancellationToken cancellationToken) =>
        database.WriteAsync(session => HoldAsync(session, lease, until), cancellationToken);

    public Task ReleaseAsync(string lease, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.ExecuteAsync(
            "UPDATE batches SET lease = '', lease_until_ms = 0, touched_ms = @now WHERE lease = @lease",
            new { lease, now = now.ToUnixTimeMilliseconds() }),
        cancellationToken);

    public Task<Batch?> ValidatedAsync(
        string lease, int total, IReadOnlyList<LineError> errors, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async session =>
            {
                if (await HoldAsync(session, lease, null) is not { } held) return null;
                if (held.Stage != BatchStage.Validating) return held;
                var stage = errors.Count > 0 ? BatchStage.Failed : BatchStage.InProgress;
                var next = held.At(stage, now) with { Errors = errors, Counts = (errors.Count > 0 ? 0 : total, 0, 0) };
                await SaveAsync(session, next, now);
                return next;
            },
            cancellationToken);

    public Task<Batch?> RecordAsync(
        string lease, DateTimeOffset until, IReadOnlyList<LineOutcome> outcomes, CancellationToken cancellationToken)
    {
        const string Insert = """
            INSERT INTO batch_results (batch, line, is_failure, body) VALUES (@number, @line, @failure, @body)
            ON CONFLICT (batch, line) DO NOTHING
            """;
        return database.WriteAsync(
            async session =>
            {
                if (await HoldAsync(session, lease, until) is not { } held) return null;
                var counts = held.Counts;
                foreach (var outcome in outcomes)
                {
                    var failure = outcome.IsFailure ? 1L : 0;
                    var row = new { number = held.Number, line = (long)outcome.Line, failure, body = outcome.Json };
                    if (await session.ExecuteAsync(Insert, row) == 0) continue;
                    if (outcome.IsFailure) counts.Failed++;
                    else counts.Completed++;
                }

                await session.ExecuteAsync(
                    "UPDATE batches SET completed = @completed, failed = @failed WHERE number = @number",
                    new { number = held.Number, completed = (long)counts.Completed, failed = (long)counts.Failed });
                return held with { Counts = counts };
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<int>> DoneAsync(long number, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<int>>(
            async session => [.. (await session.QueryAsync<long>(
                "SELECT line FROM batch_results WHERE batch = @number ORDER BY line", new { number })).Select(line => (int)line)],
            cancellationToken);

    public Task<IReadOnlyList<LineOutcome>> ResultsAsync(
        long number, bool failures, int afterLine, int limit, CancellationToken cancellationToken)
    {
        const string Query = """
            SELECT line, is_failure, body FROM batch_results WHERE batch = @number AND is_failure = @failure AND line > @after
            ORDER BY line LIMIT @limit
            """;
        var parameters = new { number, failure = failures ? 1L : 0, after = (long)afterLine, limit = Math.Min(limit, ResultsAtOnce) };
        return database.ReadAsync<IReadOnlyList<LineOutcome>>(
            async session => [.. (await session.QueryAsync<ResultRow>(Query, parameters))
                .Select(row => new LineOutcome((int)row.line, row.is_failure == 1, row.body))],
            cancellationToken);
    }

    public Task<Batch?> EndAsync(
        string lease, BatchStage stage, BatchFiles files, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async session =>
            {
                if (await HoldAsync(session, lease, null) is not { } held) return null;
                if (files.Output is { } output) await SqlFileStore.CompleteAsync(session, output);
                if (files.Errors is { } errors) await SqlFileStore.CompleteAsync(session, errors);
                var ended = held.At(stage, now) with
                {
                    OutputFile = files.Output?.File.Id ?? string.Empty, ErrorFile = files.Errors?.File.Id ?? string.Empty,
                };
                await SaveAsync(session, ended, now);
                await session.ExecuteAsync("DELETE FROM batch_results WHERE batch = @number", new { number = held.Number });
                return ended;
            },
            cancellationToken);

    public Task<int> SweepAsync(DateTimeOffset touchedBefore, int limit, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.ExecuteAsync(
            "DELETE FROM batches WHERE number IN ("
                + $"SELECT number FROM batches WHERE NOT ({Active}) AND touched_ms < @before ORDER BY number LIMIT @limit)",
            new { before = touchedBefore.ToUnixTimeMilliseconds(), limit }),
        cancellationToken);

    // No worker can take the row over before the transaction ends.
    private static async Task<Batch?> HoldAsync(SqlSession session, string lease, DateTimeOffset? until)
    {
        const string Hold = $"""
            UPDATE batches SET lease_until_ms = CASE WHEN @until > lease_until_ms THEN @until ELSE lease_until_ms END
            WHERE lease = @lease AND {Active}
            """;
        var held = await session.ExecuteAsync(Hold, new { lease, until = until?.ToUnixTimeMilliseconds() ?? 0 });
        return held == 0 ? null : await ReadAsync(session, lease);
    }

    private static async Task<Batch?> ReadAsync(SqlSession session, string lease) => (await session.FindAsync<Row>(
        $"SELECT {Columns} FROM batches WHERE lease = @lease", new { lease }))?.ToBatch(session.Dialect);

    private static Task<int> SaveAsync(SqlSession session, Batch batch, DateTimeOffset now)
    {
        const string Save = """
            UPDATE batches SET state = @state, errors = @errors, output_file = @output, error_file = @error, total = @total,
                reached = @reached, touched_ms = @now WHERE number = @number
            """;
        return session.ExecuteAsync(Save, new
        {
            number = batch.Number,
            state = (long)batch.Stage,
            errors = JsonSerializer.Serialize(batch.Errors),
            output = batch.OutputFile,
            error = batch.ErrorFile,
            total = (long)batch.Counts.Total,
            reached = JsonSerializer.Serialize(batch.Reached),
            now = now.ToUnixTimeMilliseconds(),
        });
    }

    private sealed record ResultRow(long line, long is_failure, string body);

    private sealed record Row(
        long number,
        string tenant,
        string id,
        string holder,
        string endpoint,
        string input_file,
        long window_hours,
        string metadata,
        long state,
        string errors,
        string output_file,
        string error_file,
        long total,
        long completed,
        long failed,
        long created_ms,
        long expires_ms,
        string reached)
    {
        public Batch ToBatch(SqlDialect dialect) => new()
        {
            Number = number,
            Tenant = tenant,
            Id = id,
            Holder = new Holder(dialect.Decode(holder)),
            Endpoint = endpoint,
            InputFile = input_file,
            WindowHours = (int)window_hours,
            Metadata = JsonSerializer.Deserialize<Dictionary<string, string>>(metadata) ?? [],
            Stage = (BatchStage)state,
            Errors = JsonSerializer.Deserialize<LineError[]>(errors) ?? [],
            OutputFile = output_file,
            ErrorFile = error_file,
            Counts = ((int)total, (int)completed, (int)failed),
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(created_ms),
            ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(expires_ms),
            Reached = JsonSerializer.Deserialize<Dictionary<int, long>>(reached) ?? [],
        };
    }
}
