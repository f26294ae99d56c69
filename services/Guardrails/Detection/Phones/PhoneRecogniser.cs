namespace Millrace.Guardrails.Detection.Phones;

/// <summary>
/// Telephone numbers: international (+ or 00), North American, national with a trunk zero or an area in parentheses, and local ones
/// behind words such as "call" or "phone:"; with their extension. The longest run of groups that is one is taken.
/// </summary>
internal sealed class PhoneRecogniser : Recogniser
{
    private const float AnnouncedScore = 0.7f;

    private static readonly ContextWords Announcements = new(
        "phone", "mobile", "telephone", "tel", "cell", "fax", "call", "desk", "dial", "whatsapp", "sms", "answering", "messages to",
        "reach me", "reach us", "text me", "voicemail", "cellphone", "smartphone", "hotline", "telefon", "handy", "mobil", "téléphone",
        "teléfono", "móvil", "telefono", "cellulare", "telefone", "celular", "telefoon", "gsm");

    public override string Rule => "pii.phone";

    // A plus sign, 17 digits, three characters around each of 8 groups, an extension of 17 and its border: 60.
    public override int CharsMax => 64;

    public override bool CanBeSecond(char second) =>
        char.IsAsciiDigit(second) || second is '(' or ')' or '.' || Chars.IsSpace(second) || Chars.IsDash(second);

    public override bool CanStart(char first) => char.IsAsciiDigit(first) || first is '+' or '(';

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        if (Chars.IsFraction(text, start)) return Match.None;

        var groups = default(NumberGroups);
        return groups.Read(text, start, isEnd) ? Longest(text, start, groups, isEnd) : Match.Undecided;
    }

    private static Match Longest(ReadOnlySpan<char> text, int start, in NumberGroups number, bool isEnd)
    {
        var digits = number.DigitCount;
        for (var count = number.Count; count > 0; digits -= number.Groups[--count].Digits)
        {
            var groups = number.Groups[..count];
            var score = Score(text, start, number.HasPlus, number.Digits[..digits], groups);
            if (score == 0) continue;

            var end = groups[^1].End;
            var extension = PhoneExtension.MatchAt(text, end, isEnd);
            if (!extension.IsDecided) return Match.Undecided;
            end += extension.Length;
            if (end == text.Length || !Chars.IsWord(text[end])) return Match.Found(end - start, score);
        }

        return Match.None;
    }

    private static float Score(
        ReadOnlySpan<char> text, int start, bool hasPlus, ReadOnlySpan<byte> digits, ReadOnlySpan<NumberGroup> groups)
    {
        var score = PhoneFormats.Score(hasPlus, digits, groups);
        if (score > 0 || hasPlus) return score;
        return PhoneFormats.IsLocal(digits, groups) && Announcements.Precede(text, start, LookBehindMax) ? AnnouncedScore : 0;
    }
}
