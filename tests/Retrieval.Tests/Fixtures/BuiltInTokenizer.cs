using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.LlamaCpp;
using Millrace.Retrieval.Encoders;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Fixtures;

/// <summary>The built-in embedding model's tokenizer twice: llama.cpp's own, and what is made of its vocabulary here.</summary>
public sealed class BuiltInTokenizer : IDisposable
{
    private const char WordStart = '\u2581';
    private readonly LlamaModel _model;

    public BuiltInTokenizer()
    {
        LlamaRuntime.Initialize(NullLoggerFactory.Instance);
        _model = LlamaModel.Load(Path.Combine(RepoPaths.Models, "tiny-embed.gguf"), new LlamaModelOptions { VocabularyOnly = true });
        Model = ModelOf([.. Enumerable.Range(0, _model.Vocab.Count).Select(id => InBertsWriting(_model.Vocab.TextOf(new LlamaToken(id))))]);
        Meter = new WordPieceMeter(Model);
    }

    internal WordPieceModel Model { get; }

    internal WordPieceMeter Meter { get; }

    /// <summary>A tokenizer over a vocabulary, as the embedding service would give it away.</summary>
    internal static WordPieceModel ModelOf(IReadOnlyList<string> vocabulary) => new("tiny-embed", vocabulary, true, "[UNK]", 2)
    {
        ContextTokensMax = 512,
        Fingerprint = Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(vocabulary.Select(token => token + "\n"))))),
    };

    /// <summary>llama.cpp's count.</summary>
    public int Count(string text) => _model.Vocab.CountTokens(text, addSpecial: true);

    public void Dispose() => _model.Dispose();

    private static string InBertsWriting(string token) =>
        token[0] == WordStart ? token[1..] : token[0] == '[' && token.Length > 1 ? token : "##" + token;
}
