namespace Millrace.TestShared;

/// <summary>
/// A SentencePiece vocabulary that means nothing: three control tokens, the 256 bytes, then letter strings in order of length, each with
/// and without a blank in front. Every string's beginnings are in it as well, so that any text of letters and blanks is merged.
/// </summary>
internal sealed class RandomVocabulary
{
    private const int Letters = 26;
    private const string Blank = "▁";

    private enum Kind
    {
        Normal = 1,
        Unknown = 2,
        Control = 3,
        Byte = 6,
    }

    /// <summary>Makes a vocabulary.</summary>
    /// <param name="size">Tokens, more than the 260 that every one has.</param>
    public RandomVocabulary(int size)
    {
        Tokens =
        [
            "<unk>", "<s>", "</s>",
            .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"),
            .. Pieces().Take(size - 259),
        ];
        Kinds = [.. Enumerable.Range(0, size).Select(id => (int)KindOf(id))];
        Scores = [.. Enumerable.Range(0, size).Select(id => -(float)id)];
    }

    /// <summary>Token that begins a text.</summary>
    public static int Begin => 1;

    /// <summary>Token that ends a text.</summary>
    public static int End => 2;

    /// <summary>The tokens, by id.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>Their kinds, by id.</summary>
    public IReadOnlyList<int> Kinds { get; }

    /// <summary>Their scores, by id: a shorter one is merged first.</summary>
    public IReadOnlyList<float> Scores { get; }

    private static Kind KindOf(int id) => id switch
    {
        0 => Kind.Unknown,
        1 or 2 => Kind.Control,
        < 259 => Kind.Byte,
        _ => Kind.Normal,
    };

    private static IEnumerable<string> Pieces()
    {
        yield return Blank;
        for (var length = 1; ; length++)
        {
            var count = (int)Math.Pow(Letters, length);
            for (var number = 0; number < count; number++)
            {
                var word = Word(number, length);
                yield return word;
                yield return Blank + word;
            }
        }
    }

    private static string Word(int number, int length) => string.Create(length, number, (letters, rest) =>
    {
        for (var i = letters.Length - 1; i >= 0; i--, rest /= Letters) letters[i] = (char)('a' + (rest % Letters));
    });
}
