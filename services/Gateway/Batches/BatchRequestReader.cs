using System.Globalization;
using System.Text.Json;
using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Api;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Batches;

/// <summary>The body of <c>POST /v1/batches</c>.</summary>
internal static class BatchRequestReader
{
    private const int MetadataMax = 16;
    private static readonly string[] Known = ["input_file_id", "endpoint", "completion_window", "metadata"];

    /// <summary>The parameters that are honoured.</summary>
    public static IEnumerable<string> HonouredNames => Known;

    /// <summary>The routes that the lines of a batch may be for.</summary>
    public static IReadOnlyList<string> Endpoints { get; } = ["/v1/chat/completions", "/v1/completions", "/v1/embeddings"];

    /// <summary>Reads a body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="isThere">Whether a route is there.</param>
    /// <exception cref="MillraceException">A field is missing, wrong or not supported; the exception names it.</exception>
    public static CreateBatchRequest Read(JsonElement body, Func<string, bool> isThere)
    {
        var request = new CreateBatchRequest();
        foreach (var field in JsonField.Root(body).Properties())
        {
            if (!Known.Contains(field.Name)) throw field.Unknown();
            if (field.IsNull) continue;
            if (field.Name == "input_file_id") request.InputFileId = field.Text(128);
            else if (field.Name == "endpoint") request.Endpoint = Endpoint(field, isThere);
            else if (field.Name == "completion_window") request.WindowHours = Hours(field);
            else ReadMetadata(request, field);
        }

        if (request.InputFileId.Length == 0) throw Missing("input_file_id", "Upload the lines with the purpose 'batch' first.");
        if (request.Endpoint.Length == 0) throw Missing("endpoint", "Name the route that the lines are for.");
        if (request.WindowHours == 0) throw Missing("completion_window", "Send \"24h\".");
        return request;
    }

    private static MillraceException Missing(string param, string remedy) =>
        MillraceException.InvalidArgument(param, $"'{param}' is missing. {remedy}");

    private static string Endpoint(JsonField field, Func<string, bool> isThere)
    {
        var endpoint = field.Text();
        return Endpoints.Contains(endpoint) && isThere(endpoint)
            ? endpoint
            : throw field.Invalid($"must be one of {string.Join(", ", Endpoints.Where(isThere))}");
    }

    private static uint Hours(JsonField field)
    {
        var text = field.Text(8);
        return text.EndsWith('h') && uint.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            && hours is >= 1 and <= 168
            ? hours
            : throw field.Invalid("must be \"24h\", or another number of hours from \"1h\" to \"168h\"");
    }

    private static void ReadMetadata(CreateBatchRequest request, JsonField metadata)
    {
        var entries = metadata.Properties();
        if (entries.Count > MetadataMax) throw metadata.Invalid($"must have at most {MetadataMax} entries");
        foreach (var entry in entries)
        {
            if (entry.Name.Length > 64) throw entry.Invalid("must have a name of at most 64 characters");
            request.Metadata[entry.Name] = entry.Text(512);
        }
    }
}
