using System.Data.Common;

namespace Aspire.Qdrant.Client;

/// <summary>Settings of a Qdrant client; configuration <c>Aspire:Qdrant:Client</c>, then <c>:NAME</c> below it.</summary>
public sealed class QdrantClientSettings
{
    /// <summary>The server's gRPC address; that in <c>ConnectionStrings:NAME</c> overrides it.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The server's API key; that in <c>ConnectionStrings:NAME</c> overrides it.</summary>
    public string? Key { get; set; }

    public bool DisableHealthChecks { get; set; }

    /// <summary>How long a health check may take, in milliseconds; no limit by default.</summary>
    public int? HealthCheckTimeout { get; set; }

    /// <summary>Takes what is there from <c>Endpoint=ADDRESS;Key=KEY</c>, or the address alone.</summary>
    internal void ParseConnectionString(string connectionString)
    {
        if (Uri.TryCreate(connectionString, UriKind.Absolute, out var address))
        {
            Endpoint = address;
            return;
        }

        var parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
        if (parts.TryGetValue("Endpoint", out var endpoint) && Uri.TryCreate(endpoint.ToString(), UriKind.Absolute, out address))
            Endpoint = address;
        if (parts.TryGetValue("Key", out var key)) Key = key.ToString();
    }
}
