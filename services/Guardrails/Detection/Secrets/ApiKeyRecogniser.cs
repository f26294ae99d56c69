namespace Millrace.Guardrails.Detection.Secrets;

/// <summary>
/// Keys of services: those of the makers that mark them (<see cref="KeyShape"/>), and anything that looks drawn at random behind a name
/// such as <c>api_key =</c> or <c>Bearer</c>. Placeholders, which say the same character or a word again and again, are none.
/// </summary>
internal sealed class ApiKeyRecogniser : Recogniser
{
    private const int NamedCharsMin = 16;
    private const int BotDigitsMax = 10;
    private const int BotSecretChars = 35;
    private const float ShapedScore = 1.0f;
    private const float NamedScore = 0.8f;

    private static readonly string[] Names =
    [
        "apikey", "accesskey", "secretkey", "authkey", "accountkey", "signingkey", "encryptionkey", "privatekey", "appkey",
        "sharedaccesskey",
        "accesskeyid", "secretaccesskey", "token", "secret", "apikeys", "clientsecret", "sig", "licensekey", "masterkey", "servicekey",
        "keyvalue",
    ];

    private static readonly string[] SpacedNames = ["bearer", "authorizationbearer"];

    private static readonly KeyShape[][] ByFirst =
        [.. Enumerable.Range(0, 128).Select(first => KeyShape.All.Where(shape => shape.Prefix[0] == first).ToArray())];

    public override string Rule => "secret.api_key";

    public override int CharsMax => KeyShape.KeyCharsMax;

    public override bool ReadsFolded => true;

    public override bool TakesWords => false;

    public override bool CanStart(char first) => char.IsAsciiLetterOrDigit(first) || first is '/' or '+' or '_' or '-';

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var isUndecided = false;
        foreach (var shape in ByFirst[text[start] & 127])
        {
            if (start + 1 < text.Length && text[start + 1] != shape.Prefix[1]) continue;
            var match = MatchShape(shape, text, start, isEnd);
            if (match.Length > 0) return match;
            isUndecided |= !match.IsDecided;
        }

        if (isUndecided) return Match.Undecided;
        return char.IsAsciiDigit(text[start]) && MatchBot(text, start, isEnd) is var bot && (bot.Length > 0 || !bot.IsDecided)
            ? bot
            : MatchNamed(text, start, isEnd);
    }

    private static Match MatchShape(KeyShape shape, ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var cursor = new TextCursor(text, start, isEnd);
        foreach (var expected in shape.Prefix)
            if (!cursor.TryTake(expected)) return cursor.Nothing;

        var first = cursor.Length;
        while (cursor.Length - first < shape.CharsMax && shape.Belongs(cursor.Peek())) cursor.Position++;
        if (Chars.IsWord(cursor.Peek())) return cursor.Nothing;
        var key = cursor.Taken[first..].TrimEnd("-._=");
        return key.Length >= shape.CharsMin && Randomness.HasVariety(key) ? cursor.Answer(first + key.Length, ShapedScore) : cursor.Nothing;
    }

    // Telegram's bots: a number, a colon, 35 characters that start with AA.
    private static Match MatchBot(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var cursor = new TextCursor(text, start, isEnd);
        var number = cursor.TakeDigits(BotDigitsMax + 1).Length;
        if (number is < 8 or > BotDigitsMax || !cursor.TryTake(':') || !cursor.TryTake('A') || !cursor.TryTake('A')) return cursor.Nothing;
        var secret = cursor.TakeWhile(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_', BotSecretChars).Length + 2;
        return cursor.Answer(secret == BotSecretChars && !Chars.IsWord(cursor.Peek()) ? cursor.Length : 0, ShapedScore);
    }

    private static Match MatchNamed(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        if (!Assignment.IsPossible(text, start)) return Match.None;
        var name = Assignment.Before(text, start);
        if (name.Mark == AssignmentMark.None || !(name.Mark == AssignmentMark.Space ? name.IsNamed(SpacedNames) : IsNamed(name)))
            return Match.None;

        // Web tokens have a rule of their own, which knows no longest one.
        if (text[start..].StartsWith(TokenSecret.Head, StringComparison.Ordinal)) return Match.None;

        var cursor = new TextCursor(text, start, isEnd);
        var value = cursor.TakeWhile(IsOfValue, KeyShape.KeyCharsMax - 1);
        var next = cursor.Peek();
        var key = value.TrimEnd(".-");
        var isKey = key.Length >= NamedCharsMin && next is not ('(' or '[') && Randomness.IsLikely(key);
        return cursor.Answer(isKey ? key.Length : 0, NamedScore);
    }

    private static bool IsNamed(in Assignment name) => name.IsNamed(Names) || name.IsNamed(SpacedNames);

    private static bool IsOfValue(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '+' or '/' or '=' or '.' or '~';
}
