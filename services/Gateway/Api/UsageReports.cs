using System.Collections.Concurrent;
using System.Globalization;
using Millrace.ServiceDefaults.Calls;

namespace Millrace.Gateway.Api;

/// <summary>
/// Tells the edge how many tokens a request took, when it asked: in a header of a whole answer, and of a stream under an id of the edge's
/// making, until it is fetched or crowded out.
/// </summary>
internal sealed class UsageReports
{
    private const int KeptMax = 4096;
    private const int IdCharsMax = 64;

    private readonly ConcurrentDictionary<string, int> _tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();

    /// <summary>Reports what a request took. Of a stream, before it ends.</summary>
    public void Report(HttpContext context, int tokens)
    {
        var id = context.Request.Headers[UsageHeaders.Ask].ToString();
        if (id.Length is 0 or > IdCharsMax) return;
        if (context.Response.HasStarted) Keep(id, tokens);
        else context.Response.Headers[UsageHeaders.Tokens] = tokens.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Takes what was kept under an id.</summary>
    public IResult Take(string id) => _tokens.TryRemove(id, out var tokens)
        ? Results.Text(tokens.ToString(CultureInfo.InvariantCulture))
        : Results.NotFound();

    private void Keep(string id, int tokens)
    {
        if (!_tokens.TryAdd(id, tokens)) return;
        _order.Enqueue(id);
        while (_order.Count > KeptMax && _order.TryDequeue(out var oldest)) _tokens.TryRemove(oldest, out _);
    }
}

/// <summary>Reports from endpoints.</summary>
internal static class UsageReporting
{
    /// <summary>Reports what the request took to the edge, if it asked.</summary>
    public static void ReportUsage(this HttpContext context, int tokens) =>
        context.RequestServices.GetRequiredService<UsageReports>().Report(context, tokens);
}
