using System.Buffers;
using System.Text;
using System.Text.Json;
using Millrace.Gateway.Runs;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Api.Responses;

/// <summary>The events of one streamed response, numbered from 0.</summary>
/// <param name="output">Where they go; null for a response that is not streamed.</param>
internal sealed class ResponseEvents(RunOutput? output)
{
    private int _next;

    /// <summary>Sends an event.</summary>
    /// <param name="type">Its type, such as <c>response.created</c>.</param>
    /// <param name="state">Handed to <paramref name="write"/>.</param>
    /// <param name="write">Writes its further fields.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public ValueTask SendAsync<T>(string type, T state, Action<Utf8JsonWriter, T> write, CancellationToken cancellationToken)
    {
        if (output is null) return ValueTask.CompletedTask;
        return output.EventAsync(Lines(type, _next++, json => write(json, state)), cancellationToken);
    }

    /// <summary>Goes on behind events that an earlier owner has sent.</summary>
    public void GoOnBehind(int count) => _next = count;

    /// <summary>The lines of an event that says that the stream broke off.</summary>
    public static byte[] Error(MillraceException error, int number) => Lines("error", number, json =>
    {
        json.WriteString("code"u8, error.Reason.Info().Code);
        json.WriteString("message"u8, error.Message);
        json.WriteString("param"u8, error.Param);
    });

    private static byte[] Lines(string type, int number, Action<Utf8JsonWriter> write)
    {
        var lines = new ArrayBufferWriter<byte>(512);
        lines.Write(Encoding.ASCII.GetBytes($"event: {type}\ndata: "));
        using (var json = new Utf8JsonWriter(lines, ApiJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            json.WriteNumber("sequence_number"u8, number);
            write(json);
            json.WriteEndObject();
        }

        lines.Write("\n\n"u8);
        return lines.WrittenSpan.ToArray();
    }
}
