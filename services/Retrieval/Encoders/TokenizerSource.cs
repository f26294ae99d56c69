using Millrace.Contracts.Embedding.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Encoders;

/// <summary>Asks the embedding service for tokenizers, and checks that they count here as they do there.</summary>
internal sealed class TokenizerSource(EmbeddingService.EmbeddingServiceClient client, IEncoder encoder)
{
    /// <summary>Texts that tokenizers disagree about first: scripts, accents, marks, symbols, long words, what is invisible.</summary>
    private static readonly string[] Probes =
    [
        "The quick brown fox, e.g. 3.5 kg of $4.90 flour!", "naïve CAFÉ Ångström İstanbul ǅ ﬁ", "漢字仮名交じり文 한국어 각 ไทย हिन्दी",
        "مرحبا שלום \u202Eabc\u202C", "😀👨‍👩‍👧 ☃ € ∑ √ ™", "a\u0301\u0302 \u200B\uFEFF\u00AD x\u0000y\uFFFDz", "Ｆｕｌｌ　ｗｉｄｔｈ！？",
        "[CLS] [MASK] <s> ## ##ing \u2581word", new string('a', 150), new string('b', 260), "tab\tline\nfeed\u2028end\u00A0",
    ];

    /// <summary>Asks for a model's tokenizer.</summary>
    /// <exception cref="MillraceException">The model is not known, its tokenizer is not WordPiece, or nobody answered.</exception>
    public async Task<WordPieceModel> AskAsync(string model, CancellationToken cancellationToken)
    {
        var answer = await client.GetTokenizerAsync(new GetTokenizerRequest { Model = model }, cancellationToken: cancellationToken);
        return new WordPieceModel(answer.Model, [.. answer.Vocabulary], answer.LowerCase, answer.UnknownToken, (int)answer.AddedTokens)
        {
            ContextTokensMax = (int)answer.ContextTokensMax,
            Fingerprint = answer.Fingerprint,
        };
    }

    /// <summary>The meter of a model whose tokenizer cannot be had.</summary>
    public EncoderMeter ByCalls(string model) => new(encoder, model);

    /// <summary>Compares counts.</summary>
    /// <returns>The first difference, in words; null when there is none.</returns>
    public async Task<string?> DifferenceAsync(string model, WordPieceMeter meter, CancellationToken cancellationToken)
    {
        var counts = await encoder.CountTokensAsync(model, Probes, cancellationToken);
        for (var i = 0; i < Probes.Length; i++)
            if (meter.Count(Probes[i]) != counts[i])
                return $"probe {i} has {counts[i]} tokens there and {meter.Count(Probes[i])} here";
        return null;
    }
}
