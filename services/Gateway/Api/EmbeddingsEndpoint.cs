using System.Buffers.Binary;
using System.Text.Json;
using Millrace.Gateway.Batches;
using Millrace.Gateway.Models;
using Millrace.Gateway.Streaming;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Api;

/// <summary><c>POST /v1/embeddings</c>.</summary>
internal sealed class EmbeddingsEndpoint(EmbeddingRuntime runtime, JsonBody json)
{
    public async Task HandleAsync(HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        using var body = await json.ReadAsync(context.Request, cancellationToken);
        CallContext.Current = CallContext.Current with { IsBatch = BatchLine.IsOf(context) };
        var request = EmbeddingsRequestReader.Read(body.RootElement);
        var answer = await runtime.EmbedAsync(request.Model, request.Inputs, request.Dimension, cancellationToken);

        AnswerHeaders.SetModel(context.Response.Headers, answer.Model);
        context.ReportUsage(answer.PromptTokens);
        context.Response.ContentType = ApiJson.ContentType;
        Write(context, answer, request.Base64);
        await context.Response.BodyWriter.FlushAsync(cancellationToken);
    }

    private static void Write(HttpContext context, Embeddings answer, bool base64)
    {
        using var json = new Utf8JsonWriter(context.Response.BodyWriter, ApiJson.WriterOptions);
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        var bytes = answer.Vectors.Span;
        var stride = answer.Dimension * sizeof(float);
        for (var index = 0; stride > 0 && (index + 1) * stride <= bytes.Length; index++)
            WriteVector(json, index, bytes.Slice(index * stride, stride), base64);
        json.WriteEndArray();
        json.WriteString("model"u8, answer.Model);
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, answer.PromptTokens);
        json.WriteNumber("total_tokens"u8, answer.PromptTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteVector(Utf8JsonWriter json, int index, ReadOnlySpan<byte> vector, bool base64)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "embedding"u8);
        json.WriteNumber("index"u8, index);
        if (base64) json.WriteBase64String("embedding"u8, vector);
        else WriteNumbers(json, vector);
        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, ReadOnlySpan<byte> vector)
    {
        json.WriteStartArray("embedding"u8);
        for (var at = 0; at < vector.Length; at += sizeof(float))
            json.WriteNumberValue(BinaryPrimitives.ReadSingleLittleEndian(vector[at..]));
        json.WriteEndArray();
    }
}
