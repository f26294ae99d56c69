using Dapper;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Millrace.Sessions.Storage;

/// <summary>Whether the store can be read.</summary>
internal sealed class StoreHealthCheck(SqliteDatabase database) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            database.Read(connection => connection.ExecuteScalar<int>("SELECT count(*) FROM sqlite_schema"));
            return Task.FromResult(HealthCheckResult.Healthy());
        }
        catch (Microsoft.Data.Sqlite.SqliteException error)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy($"The database cannot be read: {error.Message}", error));
        }
    }
}
