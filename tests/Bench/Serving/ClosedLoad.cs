using System.Diagnostics;
using System.Globalization;
using System.Text;
using Millrace.Bench.Harness;

namespace Millrace.Bench.Serving;

/// <summary>A server that is asked.</summary>
/// <param name="Address">Where it listens.</param>
/// <param name="Headers">Headers that it wants, a line each.</param>
internal sealed record Asked(Uri Address, params IReadOnlyList<string> Headers)
{
    /// <summary>A chat request of a few sentences, as OpenAI's SDKs send it.</summary>
    public byte[] Request(string model, bool stream, int tokensMax = 64)
    {
        var body = $$"""
            {"model":"{{model}}","messages":[{"role":"system","content":"You are a helpful assistant. Answer in few words."},
            {"role":"user","content":"Which numbers come first when one counts, and how would you name them to a child?"}],
            "temperature":0.2,"max_tokens":{{tokensMax}},"stream":{{(stream ? "true" : "false")}}}
            """;
        var head = new StringBuilder("POST /v1/chat/completions HTTP/1.1\r\n")
            .Append(CultureInfo.InvariantCulture, $"host: {Address.Authority}\r\ncontent-type: application/json\r\n")
            .Append(CultureInfo.InvariantCulture, $"content-length: {Encoding.UTF8.GetByteCount(body)}\r\n");
        foreach (var header in Headers) head.Append(header).Append("\r\n");
        return Encoding.UTF8.GetBytes(head.Append("\r\n").Append(body).ToString());
    }
}

/// <summary>What a load measured.</summary>
/// <param name="PerSecond">Requests in a second.</param>
/// <param name="FirstByte">Milliseconds to the first byte of the answer, by request.</param>
/// <param name="Total">Milliseconds to its last, by request.</param>
internal sealed record LoadFigures(double PerSecond, Samples FirstByte, Samples Total);

/// <summary>Connections that each ask again as soon as they were answered.</summary>
/// <param name="Connections">How many.</param>
/// <param name="WarmUp">Time before anything counts.</param>
/// <param name="Time">Time that counts.</param>
internal sealed record ClosedLoad(int Connections, TimeSpan WarmUp, TimeSpan Time)
{
    /// <summary>Asks.</summary>
    /// <exception cref="BenchException">An answer is not what was expected.</exception>
    public async Task<LoadFigures> RunAsync(Uri address, byte[] request, byte[] expected, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var results = await Task.WhenAll(Enumerable.Range(0, Connections).Select(
            _ => Task.Run(() => AskAsync(address, request, expected, start, cancellationToken), cancellationToken)));
        List<RawTiming> all = [.. results.SelectMany(result => result)];
        return new LoadFigures(
            all.Count / Time.TotalSeconds,
            new Samples(all.Select(timing => timing.FirstByteMs)),
            new Samples(all.Select(timing => timing.TotalMs)));
    }

    private async Task<List<RawTiming>> AskAsync(
        Uri address, byte[] request, byte[] expected, long start, CancellationToken cancellationToken)
    {
        List<RawTiming> timings = new(1 << 14);
        using var connection = await RawConnection.OpenAsync(address, cancellationToken);
        while (true)
        {
            var timing = await connection.AskAsync(request, expected, cancellationToken);
            var elapsed = Stopwatch.GetElapsedTime(start);
            if (elapsed >= WarmUp + Time) return timings;
            if (elapsed >= WarmUp) timings.Add(timing);
        }
    }
}
