using System.Buffers;
using System.Text.Json;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Upstreams;

/// <summary>
/// Counts tokens for models that run elsewhere: with the upstream's own endpoint where it has one, else by <see cref="TokenEstimate"/>.
/// </summary>
internal sealed class UpstreamCounter(TimeProvider time)
{
    private const int TextsMax = 1024;
    private const int TextCharsMax = 4 * 1024 * 1024;
    private const int AnswerBytesMax = 64 * 1024 * 1024;

    /// <summary>Counts texts, each by itself, and a chat.</summary>
    /// <exception cref="MillraceException">There are too many or too long texts, or the upstream does not answer.</exception>
    public async Task<CountTokensResponse> CountAsync(
        UpstreamModel model, CountTokensRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        var response = new CountTokensResponse { ContextTokensMax = (uint)model.Upstream.Options.ContextTokens };
        foreach (var text in request.Texts) response.Counts.Add((uint)await TextAsync(model, text, cancellationToken));
        if (request.Chat is { } chat) response.ChatCount = (uint)await ChatAsync(model, chat, cancellationToken);
        return response;
    }

    private static void Check(CountTokensRequest request)
    {
        if (request.Texts.Count > TextsMax)
            throw MillraceException.InvalidArgument("texts", $"There are {request.Texts.Count} texts; send at most {TextsMax}.");
        for (var i = 0; i < request.Texts.Count; i++)
            if (request.Texts[i].Length > TextCharsMax)
                throw MillraceException.InvalidArgument($"texts[{i}]", $"texts[{i}] has more than {TextCharsMax} characters.");
    }

    private async Task<int> TextAsync(UpstreamModel model, string text, CancellationToken cancellationToken)
    {
        var options = model.Upstream.Options;
        if (options.IsAnthropic || !options.Tokenize) return TokenEstimate.Of(text);
        var answer = await AskAsync(model.Upstream, Tokenize(model, json => WriteText(json, text, special: false)), cancellationToken);
        return CountOf(answer) ?? throw Unusable(model);
    }

    private async Task<int> ChatAsync(UpstreamModel model, ChatPrompt chat, CancellationToken cancellationToken)
    {
        var options = model.Upstream.Options;
        if (options.IsAnthropic)
        {
            var counted = await AskAsync(model.Upstream, AnthropicApi.Count(chat, model.RemoteName), cancellationToken);
            return NumberOf(counted, "input_tokens") ?? throw Unusable(model);
        }

        return options.Tokenize ? await TemplatedAsync(model, chat, cancellationToken) : TokenEstimate.Of(chat);
    }

    /// <summary>vLLM counts messages; llama-server turns them into a text first, and without one finds no tokens.</summary>
    private async Task<int> TemplatedAsync(UpstreamModel model, ChatPrompt chat, CancellationToken cancellationToken)
    {
        var direct = await AskAsync(model.Upstream, Tokenize(model, json => OpenAiMessages.Write(json, chat)), cancellationToken);
        if (NumberOf(direct, "count") is { } count) return count;
        var body = Body("/apply-template", json => OpenAiMessages.Write(json, chat));
        var rendered = await AskAsync(model.Upstream, body, cancellationToken);
        if (!rendered.TryGetProperty("prompt", out var prompt) || prompt.ValueKind != JsonValueKind.String) throw Unusable(model);
        body = Tokenize(model, json => WriteText(json, prompt.GetString() ?? "", special: true));
        return CountOf(await AskAsync(model.Upstream, body, cancellationToken)) ?? throw Unusable(model);
    }

    private async Task<JsonElement> AskAsync(Upstream upstream, UpstreamBody body, CancellationToken cancellationToken)
    {
        using var place = await upstream.Gate.EnterAsync("", isBatch: false, cancellationToken);
        using var late = new CancellationTokenSource(upstream.Options.FirstTokenTimeout, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            using var response = await upstream.SendAsync(body, "application/json", ending.Token);
            using var json = JsonDocument.Parse(await Upstream.ReadUpToAsync(response, AnswerBytesMax, ending.Token));
            return json.RootElement.Clone();
        }
        catch (UpstreamFailure failure)
        {
            throw failure.Error;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            throw upstream.Errors.TimedOut("did not count tokens", upstream.Options.FirstTokenTimeout, "FirstTokenTimeout").Error;
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw upstream.Errors.Broken(error).Error;
        }
    }

    private static UpstreamBody Tokenize(UpstreamModel model, Action<Utf8JsonWriter> write) => Body("/tokenize", json =>
    {
        json.WriteString("model", model.RemoteName);
        write(json);
    });

    private static UpstreamBody Body(string path, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.Flush();
        return new UpstreamBody(path, buffer.WrittenMemory);
    }

    /// <summary>vLLM reads the first two, llama-server the others.</summary>
    private static void WriteText(Utf8JsonWriter json, string text, bool special)
    {
        json.WriteString("prompt", text);
        json.WriteBoolean("add_special_tokens", special);
        json.WriteString("content", text);
        json.WriteBoolean("add_special", special);
        json.WriteBoolean("parse_special", special);
    }

    private static int? CountOf(JsonElement answer) => NumberOf(answer, "count")
        ?? (answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("tokens", out var tokens)
            && tokens.ValueKind == JsonValueKind.Array ? tokens.GetArrayLength() : null);

    private static int? NumberOf(JsonElement answer, string name) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count >= 0
            ? count
            : null;

    private static MillraceException Unusable(UpstreamModel model) =>
        model.Upstream.Errors.Unusable("answered with no count of tokens", isTransient: false).Error;
}
