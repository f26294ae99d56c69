using Millrace.Guardrails.Names;

namespace Millrace.GuardTraining.Names;

/// <summary>Texts as tokens and tags, cut by the code that serves.</summary>
internal static class Samples
{
    private const double CommonForgotten = 0.06;

    private static readonly EntityTokenizer Bare = new(new Lexicon([]));

    /// <summary>Tokens of a text with the tags that are right.</summary>
    public static TaggedTokens Tagged(LabelledText labelled, EntityTokenizer tokenizer, Dice dice)
    {
        var (text, spans) = (labelled.Text, labelled.Spans);
        var tokens = Tokens(text, tokenizer);
        var tags = new int[tokens.Length];
        var at = 0;
        for (var i = 0; i < tokens.Length; i++)
        {
            while (at < spans.Count && spans[at].End <= tokens[i].Start) at++;
            var isInside = at < spans.Count && spans[at].Start < tokens[i].End;
            if (isInside && tokens[i].Kind != TokenKind.None)
            {
                tags[i] = EntityTags.Of(spans[at].Kind,
                    i == 0 || tokens[i - 1].Start < spans[at].Start || tokens[i - 1].Kind == TokenKind.None);
                if (spans[at].IsForgotten) EntityTokenizer.Forget(ref tokens[i], WordClasses.Open);
            }
            else if (dice.Chance(CommonForgotten))
            {
                EntityTokenizer.Forget(ref tokens[i], WordClasses.Common);
            }
        }

        return new TaggedTokens(tokens, tags);
    }

    /// <summary>Words of a list's entry.</summary>
    public static IEnumerable<string> Words(string entry) =>
        Tokens(entry, Bare).Where(token => token.Kind != TokenKind.Sign).Select(token => entry.Substring(token.Start, token.Length));

    private static EntityToken[] Tokens(string text, EntityTokenizer tokenizer)
    {
        List<EntityToken> tokens = [];
        for (var from = 0; tokenizer.TryRead(text, from, isEnd: true, out var token); from = token.End) tokens.Add(token);
        return [.. tokens];
    }
}

/// <summary>A text as the trainer sees it.</summary>
/// <param name="Tokens">Its tokens.</param>
/// <param name="Tags">The tags that are right.</param>
internal sealed record TaggedTokens(EntityToken[] Tokens, int[] Tags);
