using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Edge.Requests;

/// <summary>Settings of cross-origin requests, section <c>Edge:Cors</c>. Changes count at once.</summary>
public sealed class CorsOptions : ISelfValidating
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Edge:Cors";

    /// <summary>Origins whose pages may call the API, such as <c>https://app.example</c>; <c>*</c> for all.</summary>
    /// <value>Default none.</value>
    public IList<string> Origins { get; } = [];

    /// <summary>Time for which a browser remembers what it may do.</summary>
    /// <value>Default 10 minutes.</value>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (MaxAge < TimeSpan.Zero) yield return $"MaxAge is {MaxAge}. Set it to 00:00:00 or more.";
        foreach (var origin in Origins.Where(origin => !IsOrigin(origin)))
            yield return $"Origins has '{origin}'. An origin is scheme and host without a path, such as https://app.example, or *.";
    }

    private static bool IsOrigin(string text) =>
        text == "*" || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.GetLeftPart(UriPartial.Authority) == text);
}
