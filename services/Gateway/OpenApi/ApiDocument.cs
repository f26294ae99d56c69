using System.Text.Json.Nodes;

namespace Millrace.Gateway.OpenApi;

/// <summary>Makes the OpenAPI 3.1 document of the routes that the capabilities describe.</summary>
internal static class ApiDocument
{
    private const string Json = "application/json";

    private static readonly ApiSchema Error = ApiSchema.Of(
        "Error",
        """
        {"type": "object", "required": ["error"], "properties": {"error": {"type": "object",
         "required": ["message", "type", "param", "code"], "properties": {
          "message": {"type": "string"}, "type": {"type": "string"},
          "param": {"type": ["string", "null"]}, "code": {"type": ["string", "null"]}}}}}
        """);

    /// <summary>All routes.</summary>
    public static IReadOnlyList<ApiRoute> Routes { get; } =
    [
        .. ChatApi.Routes, .. CompletionsApi.Routes, .. ResponsesApi.Routes, .. MessagesApi.Routes, .. ModelsApi.Routes,
        .. DocumentsApi.Routes, .. SearchApi.Routes,
        .. ConversationsApi.Routes, .. FilesApi.Routes, .. VectorStoresApi.Routes,
    ];

    /// <summary>Makes the document.</summary>
    public static JsonObject Make()
    {
        var schemas = new JsonObject { [Error.Name] = Error.Make() };
        foreach (var schema in Routes.SelectMany(route => (ApiSchema?[])[route.Request, route.Response]))
            if (schema is not null && !schemas.ContainsKey(schema.Name)) schemas[schema.Name] = schema.Make();
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Millrace", ["version"] = "v1", ["description"] = "The API of the Gateway; docs/api.md tells more of it.",
            },
            ["security"] = new JsonArray(new JsonObject { ["key"] = new JsonArray() }),
            ["paths"] = Paths(),
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["securitySchemes"] = new JsonObject { ["key"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } },
            },
        };
    }

    private static JsonObject Paths()
    {
        var paths = new JsonObject();
        foreach (var route in Routes)
        {
            if (paths[route.Path] is not JsonObject operations) paths[route.Path] = operations = [];
            operations[route.Method.ToLowerInvariant()] = Operation(route);
        }

        return paths;
    }

    private static JsonObject Operation(ApiRoute route)
    {
        var operation = new JsonObject
        {
            ["operationId"] = IdOf(route),
            ["tags"] = new JsonArray(route.Path.Split('/', StringSplitOptions.RemoveEmptyEntries) is [_, var tag, ..] ? tag : "document"),
            ["summary"] = route.Summary,
        };
        if (Parameters(route) is { Count: > 0 } parameters) operation["parameters"] = parameters;
        if (route.Request is { } request)
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(Json, request) };
        else if (route.TakesForm)
            operation["requestBody"] = new JsonObject
            {
                ["required"] = true,
                ["content"] = new JsonObject
                {
                    ["multipart/form-data"] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "object" } },
                },
            };
        operation["responses"] = Responses(route);
        return operation;
    }

    private static JsonObject Responses(ApiRoute route)
    {
        var success = new JsonObject { ["description"] = route.Summary };
        var content = route.Response is { } response ? Content(Json, response) : [];
        if (route.OtherMedia is { } media) content[media] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" } };
        if (content.Count > 0) success["content"] = content;
        return new JsonObject
        {
            [$"{route.Status}"] = success,
            ["default"] = new JsonObject
            {
                ["description"] = "A refusal; docs/status-codes.md lists them.", ["content"] = Content(Json, Error),
            },
        };
    }

    private static JsonObject Content(string media, ApiSchema schema) => new()
    {
        [media] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = $"#/components/schemas/{schema.Name}" } },
    };

    private static JsonArray Parameters(ApiRoute route)
    {
        var inPath = route.Path.Split('/').Where(part => part.StartsWith('{')).Select(part => Parameter(part.Trim('{', '}'), "path"));
        var inQuery = route.Query.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => Parameter(name, "query"));
        return new JsonArray([.. inPath.Concat(inQuery)]);
    }

    private static JsonObject Parameter(string text, string place)
    {
        var parts = text.Split(':');
        return new JsonObject
        {
            ["name"] = parts[0],
            ["in"] = place,
            ["required"] = place == "path",
            ["schema"] = new JsonObject { ["type"] = parts.Length > 1 ? parts[1] : "string" },
        };
    }

    private static string IdOf(ApiRoute route)
    {
        var words = route.Path.Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Where(part => part != "v1").Select(part => part.Trim('{', '}'));
        return $"{route.Method.ToLowerInvariant()}_{string.Join('_', words)}".Replace('.', '_');
    }
}
