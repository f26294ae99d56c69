namespace Millrace.Inference.Sampling;

/// <summary>
/// DRY: makes a token less likely the longer the repetition that it would extend. For every earlier place at which the last tokens occur,
/// the token that followed there is penalised by the length of the match. Linear in the tokens looked at, and nearly all of that is a
/// search for one number: only places that end in the last token are compared, and none is compared twice.
/// </summary>
internal sealed class Repetition(SamplingOptions options)
{
    /// <summary>Keeps a penalty finite, so that there always is a best token.</summary>
    private const double PenaltyMax = 1e30;

    private readonly SequenceBreakers _breakers = new(options.DryBreakers);

    /// <summary>Penalises in place.</summary>
    public void Apply(Span<float> logits, ReadOnlySpan<int> tokens, SamplerScratch scratch)
    {
        var window = options.DryLastN > 0 ? tokens[^Math.Min(tokens.Length, options.DryLastN)..] : tokens;
        var unbroken = Math.Min(window.Length, _breakers.CountSinceLast(tokens, scratch.Vocabulary));
        if (unbroken < options.DryAllowedLength) return;
        scratch.ForgetSeen();
        Find(window, unbroken, scratch);
        Penalise(logits, scratch);
    }

    /// <summary>
    /// The longest match of every token that would extend one. A match that lies within another is known from the end of the sequence, as
    /// in the Z algorithm, here run backwards; matches are no longer than what no breaker interrupts.
    /// </summary>
    private void Find(ReadOnlySpan<int> window, int lengthMax, SamplerScratch scratch)
    {
        var lengths = scratch.Matches(lengthMax);
        var last = window[^1];
        var (boxStart, boxEnd) = (0, 0);
        for (var back = 1; back < window.Length; back++)
        {
            if (back >= boxEnd)
            {
                var place = window[..^back].LastIndexOf(last);
                if (place < 0) return;
                back = window.Length - 1 - place;
            }

            var known = back < boxEnd ? Math.Min(boxEnd - back, lengths[back - boxStart]) : 0;
            var length = Extend(window, back, known, lengthMax);
            if (back < lengthMax) lengths[back] = length;
            if (back + length > boxEnd) (boxStart, boxEnd) = (back, back + length);
            if (length >= options.DryAllowedLength) Note(window[^back], length, scratch);
        }
    }

    private static int Extend(ReadOnlySpan<int> window, int back, int length, int lengthMax)
    {
        var most = Math.Min(lengthMax, window.Length - back);
        while (length < most && window[^(1 + length)] == window[^(1 + back + length)]) length++;
        return Math.Min(length, most);
    }

    private static void Note(int token, int length, SamplerScratch scratch)
    {
        ref var longest = ref scratch.Repetitions[token];
        longest = scratch.See(token) ? length : Math.Max(longest, length);
    }

    /// <summary>A token that is a breaker ends every repetition, so it extends none.</summary>
    private void Penalise(Span<float> logits, SamplerScratch scratch)
    {
        foreach (var token in scratch.Seen)
        {
            if (_breakers.Breaks(scratch.Vocabulary.Piece(token))) continue;
            var penalty = options.DryMultiplier * Math.Pow(options.DryBase, scratch.Repetitions[token] - options.DryAllowedLength);
            logits[token] -= (float)Math.Min(penalty, PenaltyMax);
        }
    }
}
