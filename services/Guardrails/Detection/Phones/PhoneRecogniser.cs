namespace Millrace.Guardrails.Detection.Phones;

/// <summary>
/// Telephone numbers: international (+ or 00), North American, national with a trunk zero or an area in parentheses, and local ones
/// behind words such as "call" or "phone:"; with their extension. The longest run of groups that is one is taken.
/// </summary>
internal sealed class PhoneRecogniser : Recogniser
{
    private const int LabelLettersMax = 7;
    private const float AnnouncedScore = 0.7f;

    private static readonly ContextWords Announcements = new(
        "phone", "mobile", "telephone", "tel", "cell", "fax", "call", "desk", "dial", "whatsapp", "sms", "answering", "messages to",
        "reach me", "reach us", "registered", "text me", "voicemail", "cellphone", "smartphone", "hotline", "telefon", "handy", "mobil",
        "téléphone",
        "teléfono", "móvil", "telefono", "cellulare", "telefone", "celular", "telefoon", "gsm");

    // A run of digits behind these is something else.
    private static readonly ContextWords Others = new(
        "order", "invoice", "tracking", "ticket", "case", "isbn", "serial", "lot", "part", "sku", "reference", "ref", "usd", "eur", "gbp",
        "id", "nhs",
        "batch", "account", "timestamp", "epoch", "number of", "build", "po", "item", "product", "catalogue", "parcel");

    private static readonly string[] Labels = ["office", "fax", "mobile", "cell", "home", "work", "desk"];

    public override string Rule => "pii.phone";

    // A plus sign, 17 digits, three characters around each of 8 groups, an extension of 17 and its border: 60.
    public override int CharsMax => 64;

    public override bool CanBeSecond(char second) =>
        char.IsAsciiDigit(second) || second is '(' or ')' or '.' || Chars.IsSpace(second) || Chars.IsDash(second);

    public override bool CanStart(char first) => char.IsAsciiDigit(first) || first is '+' or '(';

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        if (!Borders.IsFreeBefore(text, start, isSpaced: false) || IsTerm(text[..start])) return Match.None;

        var groups = default(NumberGroups);
        return groups.Read(text, start, isEnd) ? Longest(text, start, groups, isEnd) : Match.Undecided;
    }

    private static Match Longest(ReadOnlySpan<char> text, int start, in NumberGroups number, bool isEnd)
    {
        var digits = number.DigitCount;
        for (var count = number.Count; count > 0; digits -= number.Groups[--count].Digits)
        {
            var groups = number.Groups[..count];
            var end = groups[^1].End;
            var score = PhoneFormats.Score(number.HasPlus, number.Digits[..digits], groups);
            if (score > 0 && count == 1 && !number.HasPlus && Others.Precede(text, start)) score = 0;
            if (score == 0 && !number.HasPlus && PhoneFormats.IsLocal(number.Digits[..digits], groups))
            {
                var cursor = new TextCursor(text, end, isEnd);
                if (Announcements.Precede(text, start, LookBehindMax) || IsLabelNext(ref cursor)) score = AnnouncedScore;
                else if (cursor.RanOut) return Match.Undecided;
            }

            if (score == 0) continue;
            var extension = PhoneExtension.MatchAt(text, end, isEnd);
            if (!extension.IsDecided) return Match.Undecided;
            end += extension.Length;
            if (end == text.Length || !Chars.IsWord(text[end])) return Match.Found(end - start, score);
        }

        return Match.None;
    }

    // Something is added or subtracted.
    private static bool IsTerm(ReadOnlySpan<char> before) => before is [.., '+' or '*' or '=' or '<' or '>', ' '];

    // Lists of contacts put what a number is for behind it: "416 60 039 office".
    private static bool IsLabelNext(ref TextCursor cursor)
    {
        if (!Chars.IsDash(cursor.Peek()) && !Chars.IsSpace(cursor.Peek())) return false;
        cursor.Position++;
        var word = cursor.TakeLetters(LabelLettersMax);
        foreach (var label in Labels)
            if (word.Equals(label, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }
}
