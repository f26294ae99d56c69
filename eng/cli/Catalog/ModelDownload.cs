using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Millrace.Cli.Catalog;

/// <summary>What to download.</summary>
/// <param name="Url">Where from.</param>
/// <param name="Path">Where to; appears only when the file is whole and its checksum right.</param>
/// <param name="Sha256">Expected checksum in hexadecimal; null when it is not known.</param>
/// <param name="SizeBytes">Expected size; null when it is not known.</param>
public sealed record DownloadRequest(Uri Url, string Path, string? Sha256, long? SizeBytes);

/// <summary>
/// Downloads a file so that it can be interrupted at any point: what came so far stays in <c>PATH.part</c>, the next run asks
/// for the rest, and only a whole file with the right checksum gets its name.
/// </summary>
public sealed class ModelDownload(HttpClient http, TimeProvider time, IProgress<DownloadProgress> progress)
{
    private const int BufferBytes = 1 << 20;
    private const int AttemptsMax = 5;
    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Downloads, or does nothing when the file is there.</summary>
    /// <exception cref="CommandException">The server refused, the connection broke too often, or the checksum is wrong.</exception>
    public async Task RunAsync(DownloadRequest request, CancellationToken cancellationToken)
    {
        if (File.Exists(request.Path)) return;
        CreateFolder(request.Path);
        var part = request.Path + ".part";

        for (var attempt = 1; await TryAppendRestAsync(request, part, cancellationToken) is { } problem; attempt++)
        {
            if (attempt == AttemptsMax)
                throw new CommandException(
                    $"The download of {request.Url} broke {AttemptsMax} times; the last time: {problem} "
                        + "Run the same command to go on where it stopped.");
            await Task.Delay(TimeSpan.FromSeconds(1 << (attempt - 1)), time, cancellationToken);
        }

        await VerifyAsync(request, part, cancellationToken);
        File.Move(part, request.Path);
    }

    private static void CreateFolder(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? ".";
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The folder {folder} cannot be created ({error.Message}). Choose one that can be written.", error);
        }
    }

    /// <summary>Asks for what is missing and appends it.</summary>
    /// <returns>Null when the file is whole, else what broke, after which it is worth to try again.</returns>
    private async Task<string?> TryAppendRestAsync(DownloadRequest request, string part, CancellationToken cancellationToken)
    {
        using var stall = new CancellationTokenSource(StallTimeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stall.Token, cancellationToken);
        try
        {
            return await AppendRestAsync(request, part, stall, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"nothing came for {StallTimeout.TotalSeconds} s.";
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return error.Message;
        }
    }

    private async Task<string?> AppendRestAsync(
        DownloadRequest request, string part, CancellationTokenSource stall, CancellationToken cancellationToken)
    {
        var have = File.Exists(part) ? new FileInfo(part).Length : 0;
        using var message = new HttpRequestMessage(HttpMethod.Get, request.Url);
        if (have > 0) message.Headers.Range = new RangeHeaderValue(have, null);

        using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable) return NothingMissing(response, part, have);
        RefuseFailure(request, response);

        // A server that ignores the range sends the whole file again.
        var resumed = response.StatusCode == HttpStatusCode.PartialContent;
        await using var file = new FileStream(part, resumed ? FileMode.Append : FileMode.Create);
        return await CopyAsync(response, file, resumed ? have : 0, stall, cancellationToken);
    }

    private static string? NothingMissing(HttpResponseMessage response, string part, long have)
    {
        if (response.Content.Headers.ContentRange?.Length is not { } total || total == have) return null;
        File.Delete(part);
        return "what came earlier was of another file.";
    }

    private static void RefuseFailure(DownloadRequest request, HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode) return;
        if ((int)response.StatusCode >= 500)
            throw new HttpRequestException($"the server answered {(int)response.StatusCode} {response.ReasonPhrase}.");
        throw new CommandException(
            $"{request.Url} answered {(int)response.StatusCode} {response.ReasonPhrase}. "
                + "Download the file by hand and give its path to --model.");
    }

    private async Task<string?> CopyAsync(
        HttpResponseMessage response, FileStream file, long have, CancellationTokenSource stall, CancellationToken cancellationToken)
    {
        var total = response.Content.Headers.ContentLength is { } rest ? have + rest : (long?)null;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            while (true)
            {
                stall.CancelAfter(StallTimeout);
                var count = await body.ReadAsync(buffer, cancellationToken);
                if (count == 0) return total is null || have == total ? null : "the connection was closed too early.";
                await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                have += count;
                progress.Report(new DownloadProgress(have, total));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task VerifyAsync(DownloadRequest request, string part, CancellationToken cancellationToken)
    {
        var size = new FileInfo(part).Length;
        if (request.SizeBytes is { } expected && size != expected) Discard($"has {size} bytes instead of {expected}");
        if (request.Sha256 is not { } sha256) return;

        await using (var file = File.OpenRead(part))
        {
            var actual = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
            if (actual.Equals(sha256, StringComparison.OrdinalIgnoreCase)) return;
        }

        Discard("has another checksum than the catalogue says");

        void Discard(string what)
        {
            File.Delete(part);
            throw new CommandException($"The file from {request.Url} {what}; it was deleted. "
                + "Try again, or download it from a source you trust.");
        }
    }
}
