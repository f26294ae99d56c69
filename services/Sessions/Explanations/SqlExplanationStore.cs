using Millrace.Sessions.Storage;

namespace Millrace.Sessions.Explanations;

/// <summary>What was decided on the way of one request.</summary>
/// <param name="Tenant">Whose request it was.</param>
/// <param name="RequestId">Its id.</param>
/// <param name="Json">The explanation, as it is told.</param>
public sealed record StoredExplanation(string Tenant, string RequestId, byte[] Json);

/// <summary>Where explanations are kept.</summary>
public interface IExplanationStore
{
    /// <summary>Stores explanations; one of a request that has one replaces it.</summary>
    Task PutAsync(IReadOnlyList<StoredExplanation> explanations, CancellationToken cancellationToken);

    /// <summary>The explanation of a request of a tenant, or null.</summary>
    Task<byte[]?> FindAsync(string tenant, string requestId, CancellationToken cancellationToken);

    /// <summary>Deletes explanations of all tenants that were stored before a time, or are more than may be, the oldest first.</summary>
    /// <returns>How many were deleted; fewer than the limit when no more are due.</returns>
    Task<int> ExpireAsync(DateTimeOffset before, int countMax, int limit, CancellationToken cancellationToken);
}

/// <summary>Explanations in a relational database.</summary>
internal sealed class SqlExplanationStore(IDatabase database, TimeProvider time) : IExplanationStore
{
    public Task PutAsync(IReadOnlyList<StoredExplanation> explanations, CancellationToken cancellationToken)
    {
        const string Put = """
            INSERT INTO explanations (tenant, request_id, json, created_ms) VALUES (@tenant, @id, @json, @now)
            ON CONFLICT (tenant, request_id) DO UPDATE SET json = excluded.json, created_ms = excluded.created_ms
            """;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return database.WriteAsync(
            async session =>
            {
                foreach (var one in explanations)
                    await session.ExecuteAsync(
                        Put, new { tenant = one.Tenant, id = session.Dialect.Encode(one.RequestId), json = one.Json, now });
                return explanations.Count;
            },
            cancellationToken);
    }

    public Task<byte[]?> FindAsync(string tenant, string requestId, CancellationToken cancellationToken) => database.ReadAsync(
        async session =>
        {
            var row = await session.FindAsync<ExplanationRow>(
                "SELECT json FROM explanations WHERE tenant = @tenant AND request_id = @id",
                new { tenant, id = session.Dialect.Encode(requestId) });
            return row?.json;
        },
        cancellationToken);

    // Numbers are handed out in order and some are never used, so that there are at most as many rows as numbers.
    public Task<int> ExpireAsync(DateTimeOffset before, int countMax, int limit, CancellationToken cancellationToken)
    {
        const string Delete = """
            DELETE FROM explanations WHERE number IN (
                SELECT number FROM explanations ORDER BY number LIMIT @limit)
                AND (created_ms <= @before OR number <= (SELECT MAX(number) FROM explanations) - @count)
            """;
        var parameters = new { before = before.ToUnixTimeMilliseconds(), count = (long)countMax, limit = (long)limit };
        return database.WriteAsync(session => session.ExecuteAsync(Delete, parameters), cancellationToken);
    }
}

/// <summary>A row of <c>explanations</c>.</summary>
internal sealed record ExplanationRow(byte[] json);
