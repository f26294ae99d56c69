using Millrace.Sessions.Runs;

namespace Millrace.Sessions.Storage;

/// <summary>Runs and their frames in a relational database. Every change holds the run's row until it is done.</summary>
internal sealed class SqlRunStore(IDatabase database, TimeProvider time) : IRunStore
{
    private const string Select = """
        SELECT c.number, c.id, c.request_hash, c.state, c.fence, c.lease_ms, c.cancel_requested, c.is_void, c.result, c.last_sequence,
            c.bytes, c.created_ms, c.expires_ms, c.takeovers
        FROM runs c WHERE c.tenant = @tenant AND c.id = @id
        """;

    public Task<(BeginOutcome Outcome, StoredRun? Run)> BeginAsync(
        RunKey key, RunBeginning beginning, int runsMax, CancellationToken cancellationToken) =>
        database.WriteAsync(session => BeginAsync(session, key, beginning, runsMax), cancellationToken);

    public Task<StoredRun?> FindAsync(RunKey key, CancellationToken cancellationToken) => database.ReadAsync(
        async session => (await session.FindAsync<RunRow>(Select, Parameters(key)))?.ToRun(), cancellationToken);

    public Task<(FrameOutcome Outcome, StoredRun? Run)> AppendAsync(
        RunKey key, FrameAddition addition, CancellationToken cancellationToken) =>
        database.WriteAsync(session => AppendAsync(session, key, addition), cancellationToken);

    public Task<(bool IsOwner, StoredRun? Run)> RenewAsync(
        RunKey key, long fence, TimeSpan lease, CancellationToken cancellationToken) => database.WriteAsync<(bool, StoredRun?)>(
        async session =>
        {
            if (await HoldAsync(session, key) is not { } run) return (false, null);
            if (!run.IsOwnedBy(fence)) return (false, run.ToRun());
            run = run with { lease_ms = After(lease) };
            await session.ExecuteAsync("UPDATE runs SET lease_ms = @lease_ms WHERE number = @number", new { run.lease_ms, run.number });
            return (true, run.ToRun());
        },
        cancellationToken);

    public Task<IReadOnlyList<StoredFrame>> ReadAsync(RunKey key, FramePage page, CancellationToken cancellationToken)
    {
        const string Find = """
            SELECT f.sequence, f.kind, f.payload FROM runs c JOIN run_frames f ON f.run = c.number
            WHERE c.tenant = @tenant AND c.id = @id AND f.sequence > @after AND f.kind >= @kind
                AND (@generation = 0 OR c.number = @generation) ORDER BY f.sequence LIMIT @limit
            """;
        var kind = (long)(page.ShownOnly ? FrameKind.Head : FrameKind.Input);
        return database.ReadAsync<IReadOnlyList<StoredFrame>>(
            async session =>
            {
                var rows = await session.QueryAsync<FrameRow>(
                    Find,
                    new
                    {
                        tenant = key.Tenant, id = key.Id, after = page.After, kind, generation = page.Generation, limit = (long)page.Limit,
                    });
                return [.. rows.Select(row => new StoredFrame(row.sequence, (FrameKind)row.kind, row.payload))];
            },
            cancellationToken);
    }

    public Task<(bool IsOwner, StoredRun? Run)> FinishAsync(
        RunKey key, long fence, RunEnding ending, CancellationToken cancellationToken) => database.WriteAsync<(bool, StoredRun?)>(
        async session =>
        {
            if (await HoldAsync(session, key) is not { } run) return (false, null);
            if (!run.IsOwnedBy(fence)) return (false, run.ToRun());
            return (true, await EndAsync(session, run, ending));
        },
        cancellationToken);

    public Task<StoredRun?> CancelAsync(RunKey key, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            if (await HoldAsync(session, key) is not { } run) return null;
            if (run.state != (long)RunState.Running) return run.ToRun();
            await session.ExecuteAsync("UPDATE runs SET cancel_requested = 1 WHERE number = @number", new { run.number });
            return run.ToRun() with { CancelRequested = true };
        },
        cancellationToken);

    public Task<(bool IsTaken, StoredRun? Run)> TakeAsync(
        RunKey key, string owner, TimeSpan lease, CancellationToken cancellationToken) => database.WriteAsync<(bool, StoredRun?)>(
        async session =>
        {
            if (await HoldAsync(session, key) is not { } run) return (false, null);
            if (!run.ToRun().IsOrphanedAt(time.GetUtcNow())) return (false, run.ToRun());
            run = run with { fence = run.fence + 1, lease_ms = After(lease), takeovers = run.takeovers + 1 };
            await session.ExecuteAsync(
                "UPDATE runs SET fence = @fence, lease_ms = @lease_ms, takeovers = @takeovers, owner = @owner WHERE number = @number",
                new { run.fence, run.lease_ms, run.takeovers, owner = session.Dialect.Encode(owner), run.number });
            return (true, run.ToRun());
        },
        cancellationToken);

    public Task<IReadOnlyList<RunKey>> OrphansAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        const string Find = """
            SELECT tenant, id FROM runs WHERE state = 1 AND goes_on_alone = 1 AND lease_ms <= @now ORDER BY lease_ms LIMIT @limit
            """;
        return database.ReadAsync<IReadOnlyList<RunKey>>(
            async session =>
            {
                var rows = await session.QueryAsync<OrphanRow>(Find, new { now = now.ToUnixTimeMilliseconds(), limit = (long)limit });
                return [.. rows.Select(row => new RunKey(row.tenant, row.id))];
            },
            cancellationToken);
    }

    public Task<bool> DeleteAsync(RunKey key, CancellationToken cancellationToken) => database.WriteAsync(
        async session => await session.ExecuteAsync("DELETE FROM runs WHERE tenant = @tenant AND id = @id", Parameters(key)) == 1,
        cancellationToken);

    public Task<int> ExpireAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        // The time is asked twice: a run that ends meanwhile is kept for as long as it ought to be.
        const string Due = "expires_ms <= @now AND (state <> 1 OR lease_ms <= @now)";
        const string Delete = $"""
            DELETE FROM runs WHERE {Due} AND number IN (SELECT number FROM runs WHERE {Due} ORDER BY expires_ms LIMIT @limit)
            """;
        var parameters = new { now = now.ToUnixTimeMilliseconds(), limit = (long)limit };
        return database.WriteAsync(session => session.ExecuteAsync(Delete, parameters), cancellationToken);
    }

    private static object Parameters(RunKey key) => new { tenant = key.Tenant, id = key.Id };

    private static Task<RunRow?> HoldAsync(SqlSession session, RunKey key) =>
        session.FindAsync<RunRow>(Select + session.Dialect.ForUpdate, Parameters(key));

    private static Task<int> InsertFrameAsync(SqlSession session, long run, long sequence, NewFrame frame) => session.ExecuteAsync(
        "INSERT INTO run_frames (run, sequence, kind, payload) VALUES (@run, @sequence, @kind, @payload)",
        new { run, sequence, kind = (long)frame.Kind, payload = frame.Payload.ToArray() });

    private static (BeginOutcome Outcome, StoredRun? Run) Found(RunRow there, RunBeginning beginning)
    {
        var isSame = there.request_hash.AsSpan().SequenceEqual(beginning.RequestHash);
        return (isSame ? BeginOutcome.Exists : BeginOutcome.Conflict, there.ToRun());
    }

    private async Task<(BeginOutcome Outcome, StoredRun? Run)> BeginAsync(
        SqlSession session, RunKey key, RunBeginning beginning, int runsMax)
    {
        var there = await HoldAsync(session, key);
        if (there is { is_void: 0 }) return Found(there, beginning);
        if (there is not null) await session.ExecuteAsync("DELETE FROM runs WHERE number = @number", new { there.number });
        else if (await session.NumberAsync("SELECT COUNT(*) FROM runs WHERE tenant = @tenant", new { tenant = key.Tenant }) >= runsMax)
            return (BeginOutcome.Full, null);

        // Of two that begin at once, the second one finds what the first one made.
        var isFirst = await InsertAsync(session, key, beginning, (there?.fence ?? 0) + 1) == 1;
        var run = await HoldAsync(session, key) ?? throw new InvalidOperationException("A run that was inserted is there.");
        if (!isFirst) return Found(run, beginning);
        await InsertFrameAsync(session, run.number, 1, new NewFrame(FrameKind.Input, beginning.Input));
        return (BeginOutcome.Created, run.ToRun());
    }

    private long After(TimeSpan span) => (time.GetUtcNow() + span).ToUnixTimeMilliseconds();

    private Task<int> InsertAsync(SqlSession session, RunKey key, RunBeginning beginning, long fence)
    {
        const string Insert = """
            INSERT INTO runs (tenant, id, request_hash, owner, state, fence, lease_ms, cancel_requested, is_void, result, last_sequence,
                bytes, created_ms, expires_ms, goes_on_alone)
            VALUES (@tenant, @id, @hash, @owner, 1, @fence, @lease, 0, 0, @result, 1, @bytes, @now, @expires, @alone)
            ON CONFLICT (tenant, id) DO NOTHING
            """;
        return session.ExecuteAsync(
            Insert,
            new
            {
                tenant = key.Tenant,
                id = key.Id,
                hash = beginning.RequestHash,
                owner = session.Dialect.Encode(beginning.Owner),
                fence,
                lease = After(beginning.Lease),
                result = beginning.Result,
                bytes = (long)beginning.Input.Length,
                now = time.GetUtcNow().ToUnixTimeMilliseconds(),
                expires = After(beginning.Keep),
                alone = beginning.GoesOnAlone ? 1L : 0L,
            });
    }

    private async Task<(FrameOutcome Outcome, StoredRun? Run)> AppendAsync(SqlSession session, RunKey key, FrameAddition addition)
    {
        if (await HoldAsync(session, key) is not { } run) return (FrameOutcome.Stale, null);
        if (!run.IsOwnedBy(addition.Fence)) return (FrameOutcome.Stale, run.ToRun());
        if (addition.FirstSequence < 1 || addition.FirstSequence > run.last_sequence + 1) return (FrameOutcome.Gap, run.ToRun());
        var added = addition.Frames.Skip((int)(run.last_sequence + 1 - addition.FirstSequence)).ToList();
        run = run with { lease_ms = After(addition.Lease), bytes = run.bytes + added.Sum(frame => (long)frame.Payload.Length) };
        if (run.bytes > addition.BytesMax) return (FrameOutcome.TooLarge, run.ToRun());
        foreach (var frame in added)
        {
            run = run with { last_sequence = run.last_sequence + 1 };
            await InsertFrameAsync(session, run.number, run.last_sequence, frame);
        }

        await session.ExecuteAsync(
            "UPDATE runs SET lease_ms = @lease_ms, bytes = @bytes, last_sequence = @last_sequence WHERE number = @number",
            new { run.lease_ms, run.bytes, run.last_sequence, run.number });
        return (FrameOutcome.Stored, run.ToRun());
    }

    private async Task<StoredRun> EndAsync(SqlSession session, RunRow run, RunEnding ending)
    {
        run = run with
        {
            state = (long)ending.State, result = ending.Result, is_void = ending.IsVoid ? 1 : 0, expires_ms = After(ending.Keep),
        };
        await session.ExecuteAsync(
            "DELETE FROM run_frames WHERE run = @number AND kind < @kind", new { run.number, kind = (long)FrameKind.Head });
        await session.ExecuteAsync(
            "UPDATE runs SET state = @state, result = @result, is_void = @is_void, expires_ms = @expires_ms WHERE number = @number",
            new { run.state, run.result, run.is_void, run.expires_ms, run.number });
        return run.ToRun();
    }
}

/// <summary>A row of <c>runs</c>; members are named as its columns.</summary>
internal sealed record RunRow(
    long number,
    string id,
    byte[] request_hash,
    long state,
    long fence,
    long lease_ms,
    long cancel_requested,
    long is_void,
    byte[] result,
    long last_sequence,
    long bytes,
    long created_ms,
    long expires_ms,
    long takeovers)
{
    public bool IsOwnedBy(long asked) => fence == asked && state == (long)RunState.Running;

    public StoredRun ToRun() => new()
    {
        Id = id,
        Generation = number,
        TakeoverCount = (int)takeovers,
        RequestHash = request_hash,
        State = (RunState)state,
        Fence = fence,
        LeaseEndsAt = DateTimeOffset.FromUnixTimeMilliseconds(lease_ms),
        CancelRequested = cancel_requested != 0,
        Result = result,
        LastSequence = last_sequence,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(created_ms),
        ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(expires_ms),
    };
}

/// <summary>A row of <c>run_frames</c>.</summary>
internal sealed record FrameRow(long sequence, long kind, byte[] payload);

/// <summary>Names a row of <c>runs</c>.</summary>
internal sealed record OrphanRow(string tenant, string id);
