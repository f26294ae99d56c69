namespace Millrace.Gateway.OpenApi;

/// <summary>A route as the API document describes it.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path, with parameters in braces.</param>
/// <param name="Summary">What it does, in a line.</param>
internal sealed record ApiRoute(string Method, string Path, string Summary)
{
    /// <summary>The JSON body that it takes; null for none.</summary>
    public ApiSchema? Request { get; init; }

    /// <summary>The JSON that it answers; null when it answers no JSON.</summary>
    public ApiSchema? Response { get; init; }

    /// <summary>What an event of its stream has as data, where the answer can be streamed; null where it cannot.</summary>
    public ApiSchema? Event { get; init; }

    /// <summary>What a refusal is.</summary>
    public ApiSchema Error { get; init; } = ErrorParts.Error;

    /// <summary>Whether it takes a multipart form.</summary>
    public bool TakesForm { get; init; }

    /// <summary>Media type of an answer that is not JSON, or can be something else besides; null for none.</summary>
    public string? OtherMedia { get; init; }

    /// <summary>Status of success.</summary>
    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>Parameters of the query: <c>name</c> or <c>name:type</c>, separated by blanks.</summary>
    public string Query { get; init; } = string.Empty;
}
