using Aspire.Hosting.Processes;

namespace Millrace.Aspire.Standins.Tests.Redis;

/// <summary>A test that needs a redis-server, and is skipped by name where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RedisFactAttribute : FactAttribute
{
    public RedisFactAttribute()
    {
        if (Executables.Find("redis-server") is null) Skip = "redis-server is not on PATH: apt-get install redis-server";
    }
}
