using Millrace.Sessions.Storage;

namespace Millrace.Sessions.Files;

/// <summary>Files in a relational database. The tenant is part of every key, so that no query can forget it.</summary>
internal sealed class SqlFileStore(IDatabase database) : IFileStore
{
    private const string Select = """
        SELECT number, id, name, purpose, media_type, bytes, holder, created_ms, expires_ms FROM files
        WHERE tenant = @tenant AND is_whole = 1
        """;

    /// <summary>Makes an upload a file, in a transaction that is open already.</summary>
    public static Task<int> CompleteAsync(SqlSession session, NumberedFile file)
    {
        const string Complete = """
            UPDATE files SET name = @name, purpose = @purpose, media_type = @mediaType, bytes = @bytes, holder = @holder,
                created_ms = @created, expires_ms = @expires, is_whole = 1 WHERE number = @number
            """;
        var stored = file.File;
        return session.ExecuteAsync(Complete, new
        {
            number = file.Number,
            name = session.Dialect.Encode(stored.Name),
            purpose = stored.Purpose,
            mediaType = session.Dialect.Encode(stored.MediaType),
            bytes = stored.Bytes,
            holder = session.Dialect.Encode(stored.Holder.Text),
            created = stored.CreatedAt.ToUnixTimeMilliseconds(),
            expires = stored.ExpiresAt?.ToUnixTimeMilliseconds() ?? 0,
        });
    }

    public Task<long> BeginAsync(string tenant, string id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        const string Insert = """
            INSERT INTO files (tenant, id, name, purpose, media_type, bytes, holder, created_ms, expires_ms, is_whole)
            VALUES (@tenant, @id, '', '', '', 0, '', @now, 0, 0) RETURNING number
            """;
        return database.WriteAsync(
            session => session.NumberAsync(Insert, new { tenant, id, now = now.ToUnixTimeMilliseconds() }), cancellationToken);
    }

    public Task AppendAsync(long number, int ordinal, byte[] content, CancellationToken cancellationToken)
    {
        const string Insert = """
            INSERT INTO file_pieces (file, ordinal, content) VALUES (@number, @ordinal, @content) ON CONFLICT (file, ordinal) DO NOTHING
            """;
        return database.WriteAsync(
            session => session.ExecuteAsync(Insert, new { number, ordinal = (long)ordinal, content }), cancellationToken);
    }

    public Task<FileOutcome> CompleteAsync(string tenant, NumberedFile file, FileQuota quota, CancellationToken cancellationToken)
    {
        const string Whole = "FROM files WHERE tenant = @tenant AND is_whole = 1";
        return database.WriteAsync(
            async session =>
            {
                if (await session.NumberAsync($"SELECT COUNT(*) {Whole}", new { tenant }) >= quota.FilesMax)
                    return FileOutcome.TooManyFiles;
                var used = await session.NumberAsync($"SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) {Whole}", new { tenant });
                if (used + file.File.Bytes > quota.BytesMax) return FileOutcome.TooManyBytes;
                await CompleteAsync(session, file);
                return FileOutcome.Stored;
            },
            cancellationToken);
    }

    public Task AbandonAsync(long number, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.ExecuteAsync("DELETE FROM files WHERE number = @number AND is_whole = 0", new { number }), cancellationToken);

    public Task<NumberedFile?> FindAsync(string tenant, string id, CancellationToken cancellationToken) => database.ReadAsync(
        async session => (await session.FindAsync<Row>($"{Select} AND id = @id", new { tenant, id }))?.ToFile(session.Dialect),
        cancellationToken);

    public Task<IReadOnlyList<NumberedFile>> ListAsync(string tenant, FilePage page, CancellationToken cancellationToken)
    {
        var order = page.Ascending ? "number > @after ORDER BY number" : "number < @after ORDER BY number DESC";
        var purpose = page.Purpose.Length == 0 ? string.Empty : "AND purpose = @purpose ";
        var after = page.After ?? (page.Ascending ? 0 : long.MaxValue);
        return database.ReadAsync<IReadOnlyList<NumberedFile>>(
            async session =>
            {
                var rows = await session.QueryAsync<Row>(
                    $"{Select} {purpose}AND {order} LIMIT @limit", new { tenant, purpose = page.Purpose, after, limit = page.Limit });
                return [.. rows.Select(row => row.ToFile(session.Dialect))];
            },
            cancellationToken);
    }

    public Task<byte[]?> ReadAsync(long number, int ordinal, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.FindAsync<byte[]>(
            "SELECT content FROM file_pieces WHERE file = @number AND ordinal = @ordinal", new { number, ordinal = (long)ordinal }),
        cancellationToken);

    public Task<bool> DeleteAsync(string tenant, string id, CancellationToken cancellationToken) => database.WriteAsync(
        async session => await session.ExecuteAsync(
            "DELETE FROM files WHERE tenant = @tenant AND id = @id AND is_whole = 1", new { tenant, id }) == 1,
        cancellationToken);

    public Task<int> SweepAsync(DateTimeOffset now, DateTimeOffset begunBefore, int limit, CancellationToken cancellationToken)
    {
        const string Due = "(is_whole = 1 AND expires_ms > 0 AND expires_ms <= @now) OR (is_whole = 0 AND created_ms < @begun)";
        var times = new { now = now.ToUnixTimeMilliseconds(), begun = begunBefore.ToUnixTimeMilliseconds(), limit };
        return database.WriteAsync(
            session => session.ExecuteAsync(
                $"DELETE FROM files WHERE number IN (SELECT number FROM files WHERE {Due} ORDER BY number LIMIT @limit)", times),
            cancellationToken);
    }

    private sealed record Row(
        long number,
        string id,
        string name,
        string purpose,
        string media_type,
        long bytes,
        string holder,
        long created_ms,
        long expires_ms)
    {
        public NumberedFile ToFile(SqlDialect dialect) => new(number, new StoredFile(
            id,
            dialect.Decode(name),
            purpose,
            dialect.Decode(media_type),
            bytes,
            new Holder(dialect.Decode(holder)),
            DateTimeOffset.FromUnixTimeMilliseconds(created_ms),
            expires_ms == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(expires_ms)));
    }
}
