using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Millrace.ServiceDefaults.Http;

namespace Millrace.ServiceDefaults.Health;

/// <summary><c>/health</c> says whether requests can be taken, <c>/alive</c> whether the process should be restarted.</summary>
public static class HealthEndpoints
{
    /// <summary>Tag of the checks that tell whether the process is alive.</summary>
    public const string LiveTag = "live";

    internal static void MapHealthEndpoints(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/health", new HealthCheckOptions { ResponseWriter = WriteAsync });
        app.MapHealthChecks("/alive", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains(LiveTag),
            ResponseWriter = WriteAsync,
        });
    }

    private static async Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = ApiJson.ContentType;
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, ApiJson.WriterOptions);
        json.WriteStartObject();
        json.WriteString("status", report.Status.ToString());
        json.WriteStartObject("checks");
        foreach (var (name, entry) in report.Entries) WriteCheck(json, name, entry);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteCheck(Utf8JsonWriter json, string name, HealthReportEntry entry)
    {
        json.WriteStartObject(name);
        json.WriteString("status", entry.Status.ToString());
        if (entry.Description is { } description) json.WriteString("description", description);
        json.WriteEndObject();
    }
}
