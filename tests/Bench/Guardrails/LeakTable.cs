using System.Text;
using Millrace.Bench.Harness;
using Millrace.Guardrails.Filtering;
using Millrace.Guardrails.Policies;

namespace Millrace.Bench.Guardrails;

/// <summary>
/// Whether a stream lets out what a whole text does not: every text of a corpus, with every rule there is, in single characters, in pieces
/// of the size of tokens and in random ones.
/// </summary>
internal static class LeakTable
{
    private const int RandomRounds = 5;
    private const int RandomPieceCharsMax = 12;
    private const int TokenCharsMax = 5;

    /// <summary>Measures.</summary>
    public static void Measure(BenchRun run, IReadOnlyList<string> texts)
    {
        var rules = new GuardPolicy("strict", PolicyOptions.Strict()).Output;
        var random = new Random(20_261_122);
        var (leaks, streams, held) = (0, 0, 0);
        foreach (var text in texts)
        {
            var whole = Filter(rules, [text], ref held);
            foreach (var pieces in Cuts(text, random))
            {
                streams++;
                if (Filter(rules, pieces, ref held) != whole) leaks++;
            }
        }

        run.Add(BenchRow.Of("streams that differ from the whole text", new Samples(leaks), $"of {streams:N0}", Target.AtMost(0)));
        run.Add(BenchRow.Of("held back at most, all rules", new Samples(held), "characters", Target.AtMost(rules.HeldCharsMax)));
    }

    private static IEnumerable<IEnumerable<string>> Cuts(string text, Random random)
    {
        yield return text.Select(c => c.ToString());
        yield return Tokens(text);
        for (var round = 0; round < RandomRounds; round++) yield return Random(text, random);
    }

    // As a tokenizer cuts: a space goes with the word behind it, and long words are several pieces.
    private static IEnumerable<string> Tokens(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = start + 1;
            while (end < text.Length && end - start < TokenCharsMax && char.IsLetterOrDigit(text[end])) end++;
            yield return text[start..end];
            start = end;
        }
    }

    private static IEnumerable<string> Random(string text, Random random)
    {
        for (var start = 0; start < text.Length;)
        {
            var length = Math.Min(text.Length - start, random.Next(1, RandomPieceCharsMax));
            yield return text.Substring(start, length);
            start += length;
        }
    }

    private static string Filter(RuleSet rules, IEnumerable<string> pieces, ref int held)
    {
        var filter = new StreamFilter(rules, findingsMax: 1000);
        var output = new StringBuilder();
        foreach (var piece in pieces)
        {
            output.Append(filter.Push(piece));
            held = Math.Max(held, filter.HeldChars);
        }

        return output.Append(filter.End()).Append(filter.Action).ToString();
    }
}
