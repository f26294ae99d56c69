using System.Text.Json.Nodes;

namespace Millrace.Gateway.OpenApi;

/// <summary>Makes the OpenAPI 3.1 document of the routes that the capabilities describe.</summary>
internal static class ApiDocument
{
    private const string Json = "application/json";

    /// <summary>All routes.</summary>
    public static IReadOnlyList<ApiRoute> Routes { get; } =
    [
        .. ChatApi.Routes, .. CompletionsApi.Routes, .. ResponsesApi.Routes, .. MessagesApi.Routes, .. ModelsApi.Routes,
        .. DocumentsApi.Routes, .. SearchApi.Routes,
        .. ConversationsApi.Routes, .. FilesApi.Routes, .. VectorStoresApi.Routes,
    ];

    /// <summary>What bodies are made of, by name.</summary>
    public static IReadOnlyDictionary<string, ApiSchema> Parts { get; } =
        ((IEnumerable<ApiSchema>)
        [
            .. ErrorParts.All, .. ChatParts.Requests, .. ChatParts.Answers, .. SearchParts.All, .. ResponsesParts.Requests,
            .. ResponsesParts.Answers, .. MessagesParts.Requests, .. MessagesParts.Answers, .. CompletionsApi.Parts,
        ]).ToDictionary(part => part.Name, StringComparer.Ordinal);

    /// <summary>Makes the document.</summary>
    public static JsonObject Make() => new()
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
            ["schemas"] = Schemas(),
            ["securitySchemes"] = new JsonObject { ["key"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } },
        },
    };

    /// <summary>The schemas of bodies, and all that they refer to.</summary>
    private static JsonObject Schemas()
    {
        var schemas = new JsonObject();
        var bodies = Routes.SelectMany(route => (ApiSchema?[])[route.Request, route.Response, route.Event, route.Error]);
        var waiting = new Queue<ApiSchema>(bodies.OfType<ApiSchema>());
        while (waiting.TryDequeue(out var schema))
        {
            if (schemas.ContainsKey(schema.Name)) continue;
            var made = schema.Make();
            schemas[schema.Name] = made;
            foreach (var name in References(made))
                if (Parts.TryGetValue(name, out var part)) waiting.Enqueue(part);
        }

        return schemas;
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject fields => fields.SelectMany(field => field.Key == "$ref"
            ? [field.Value!.GetValue<string>()[ApiTypes.Place.Length..]]
            : References(field.Value)),
        JsonArray items => items.SelectMany(References),
        _ => [],
    };

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
        if (route.Event is { } data) content["text/event-stream"] = Media(data);
        if (route.OtherMedia is { } media) content[media] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" } };
        if (content.Count > 0) success["content"] = content;
        return new JsonObject
        {
            [$"{route.Status}"] = success,
            ["default"] = new JsonObject
            {
                ["description"] = "A refusal; docs/status-codes.md lists them.", ["content"] = Content(Json, route.Error),
            },
        };
    }

    private static JsonObject Content(string media, ApiSchema schema) => new() { [media] = Media(schema) };

    private static JsonObject Media(ApiSchema schema) => new() { ["schema"] = ApiTypes.Reference(schema.Name) };

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
