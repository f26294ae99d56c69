using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Batches;

/// <summary>The lines of a batch's input file.</summary>
internal sealed class BatchSource(
    FilesService.FilesServiceClient files, IOptions<GatewayOptions> gateway, IOptions<BatchOptions> options)
{
    private const int ErrorsMax = 100;

    /// <summary>Checks all lines.</summary>
    /// <returns>How many there are, and what is wrong with them.</returns>
    public async Task<(int Count, IReadOnlyList<BatchError> Errors)> ValidateAsync(Batch batch, CancellationToken cancellationToken)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        List<BatchError> errors = [];
        var count = 0;
        try
        {
            await foreach (var raw in RawAsync(batch, cancellationToken))
            {
                if (count++ == options.Value.LinesMax) return (count, [TooMany()]);
                if (errors.Count == ErrorsMax) break;
                var read = BatchLineReader.Read(raw, batch.Endpoint);
                if (read.Error is { } error) errors.Add(error);
                else if (read.Line is { } line && !ids.Add(line.CustomId))
                    errors.Add(BatchLineReader.OfLine(
                        line.Index, "duplicate_custom_id", "The 'custom_id' is an earlier line's too. Give each its own.", "custom_id"));
            }
        }
        catch (MillraceException refusal) when (refusal.Reason == Reason.FileNotFound)
        {
            return (0, [BatchLineReader.OfFile("input_file_not_found", "The input file is not there any more. Upload it again.")]);
        }

        if (count == 0) errors.Add(BatchLineReader.OfFile("empty_file", "The input file has no line. Write each request as one."));
        return (count, errors);
    }

    /// <summary>The lines, which were checked before.</summary>
    public async IAsyncEnumerable<BatchLine> LinesAsync(Batch batch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var raw in RawAsync(batch, cancellationToken))
            if (BatchLineReader.Read(raw, batch.Endpoint).Line is { } line) yield return line;
    }

    private async IAsyncEnumerable<RawLine> RawAsync(Batch batch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var call = files.ReadFile(new ReadFileRequest { FileId = batch.InputFileId }, cancellationToken: cancellationToken);
        await foreach (var line in BatchLines.ReadAsync(call.ResponseStream, gateway.Value.BodyBytesMax, cancellationToken))
            yield return line;
    }

    private BatchError TooMany() => BatchLineReader.OfFile(
        "too_many_requests", $"The input file has more than {options.Value.LinesMax} lines. Make several batches of it.");
}
