using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Grpc.Core;
using Millrace.Contracts.Embedding.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Fixtures;

/// <summary>
/// An embedding service whose answers can be worked out by hand: a token is a word or a mark, two are added around each text, and a vector
/// counts words by their hash.
/// </summary>
public sealed partial class FakeEmbeddingService : EmbeddingService.EmbeddingServiceBase
{
    public const string Model = "bag-of-words";
    public const int Dimension = 256;

    /// <summary>A model that is not there.</summary>
    public const string UnknownModel = "nosuch";

    /// <summary>A model that refuses texts with the word poison.</summary>
    public const string PickyModel = "picky";

    private const int AddedTokens = 2;

    private volatile bool _isDown;
    private int _embedCalls;
    private int _tokenizerCalls;
    private int _countCalls;

    /// <summary>Whether every call is refused as unavailable.</summary>
    public bool IsDown
    {
        get => _isDown;
        set => _isDown = value;
    }

    /// <summary>How many Embed calls were answered.</summary>
    public int EmbedCalls => _embedCalls;

    /// <summary>Tokens of a text, the two added ones included.</summary>
    public static int CountTokens(string text) => Tokens(text).Count + AddedTokens;

    /// <summary>The vector of a text, of length 1.</summary>
    public static float[] Vector(string text)
    {
        var vector = new float[Dimension];
        foreach (Match token in Tokens(text)) vector[(int)(Hash(token.Value.ToLowerInvariant()) % Dimension)]++;
        vector[0] += 1e-6f;
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
        return vector;
    }

    /// <summary>Runs before each Embed call is answered.</summary>
    public Func<EmbedRequest, Task> BeforeEmbed { get; set; } = _ => Task.CompletedTask;

    public override async Task<EmbedResponse> Embed(EmbedRequest request, ServerCallContext context)
    {
        RequireUp();
        RequireModel(request);
        await BeforeEmbed(request);
        Interlocked.Increment(ref _embedCalls);
        var dimension = request.Dimension == 0 ? Dimension : (int)request.Dimension;
        var values = request.Inputs.SelectMany(input => Shortened(Vector(input), dimension)).ToArray();
        return new EmbedResponse
        {
            Model = request.Model.Length == 0 ? Model : request.Model,
            Dimension = (uint)dimension,
            Vectors = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())),
            TokenCounts = { request.Inputs.Select(input => (uint)CountTokens(input)) },
        };
    }

    /// <summary>What GetTokenizer answers; null to refuse, as for a model without WordPiece.</summary>
    public GetTokenizerResponse? Tokenizer { get; set; }

    /// <summary>What CountTokens answers for a text.</summary>
    public Func<string, int> CountsAs { get; set; } = CountTokens;

    /// <summary>How many GetTokenizer calls were answered or refused.</summary>
    public int TokenizerCalls => _tokenizerCalls;

    /// <summary>How many CountTokens calls were answered.</summary>
    public int CountCalls => _countCalls;

    public override Task<GetTokenizerResponse> GetTokenizer(GetTokenizerRequest request, ServerCallContext context)
    {
        RequireUp();
        Interlocked.Increment(ref _tokenizerCalls);
        return Tokenizer is { } tokenizer
            ? Task.FromResult(tokenizer)
            : throw MillraceException.InvalidArgument("model", "Words are tokens here. Count with CountTokens.");
    }

    public override Task<CountTokensResponse> CountTokens(CountTokensRequest request, ServerCallContext context)
    {
        RequireUp();
        Interlocked.Increment(ref _countCalls);
        return Task.FromResult(new CountTokensResponse { Counts = { request.Inputs.Select(input => (uint)CountsAs(input)) } });
    }

    public override Task<RerankResponse> Rerank(RerankRequest request, ServerCallContext context)
    {
        RequireUp();
        var query = Vector(request.Query);
        var scores = request.Documents.Select((document, i) =>
            new RerankResult { Index = (uint)i, Score = TensorPrimitives.Dot<float>(query, Vector(document)) });
        return Task.FromResult(new RerankResponse { Model = Model, Results = { scores.OrderByDescending(result => result.Score) } });
    }

    private static void RequireModel(EmbedRequest request)
    {
        if (request.Model == UnknownModel) throw new MillraceException(Reason.ModelNotFound, $"There is no model '{request.Model}'.");
        if (request.Model == PickyModel && request.Inputs.Any(input => input.Contains("poison", StringComparison.Ordinal)))
            throw MillraceException.InvalidArgument("inputs", "The model takes no poison.");
    }

    private static float[] Shortened(float[] vector, int dimension)
    {
        var shorter = vector[..dimension];
        TensorPrimitives.Divide(shorter, TensorPrimitives.Norm<float>(shorter), shorter);
        return shorter;
    }

    private void RequireUp()
    {
        if (IsDown) throw new RpcException(new Status(StatusCode.Unavailable, "down"));
    }

    internal static MatchCollection Tokens(string text) => Token().Matches(text);

    private static uint Hash(string word)
    {
        var hash = 2166136261u;
        foreach (var c in word) hash = (hash ^ c) * 16777619u;
        return hash;
    }

    [GeneratedRegex(@"[\p{L}\p{N}\p{M}]+|[^\s]")]
    private static partial Regex Token();
}
