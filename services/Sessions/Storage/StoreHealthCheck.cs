using System.Data.Common;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Sessions.Storage;

/// <summary>Whether the store can be read.</summary>
internal sealed class StoreHealthCheck(IDatabase database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await database.ReadAsync(session => session.NumberAsync("SELECT 1 WHERE 1 = @one", new { one = 1L }), cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception error) when (error is DbException or MillraceException)
        {
            return HealthCheckResult.Unhealthy($"The database cannot be read: {error.Message}", error);
        }
    }
}
