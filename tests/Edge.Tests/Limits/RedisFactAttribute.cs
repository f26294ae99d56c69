namespace Millrace.Edge.Tests.Limits;

/// <summary>A test that needs a redis-server, and is skipped by name where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RedisFactAttribute : FactAttribute
{
    public RedisFactAttribute()
    {
        if (RedisServer.Program is null) Skip = "redis-server is not on PATH: apt-get install redis-server";
    }
}
