using System.Collections.Frozen;

namespace Millrace.Guardrails.Detection.Secrets;

/// <summary>
/// Passwords behind their name: <c>password: </c>, <c>pwd=</c>, <c>my password is</c>. Only what cannot be a plain word counts, unless it
/// is quoted or the last of its line; code, placeholders and what forms say of passwords ("required", "incorrect") do not.
/// </summary>
internal sealed class PasswordRecogniser : Recogniser
{
    private const int ValueCharsMin = 4;
    private const int ValueCharsMax = 64;
    private const int DigitsMin = 6;
    private const float StrongScore = 0.9f;
    private const float WordScore = 0.6f;

    private static readonly string[] Names =
    [
        "password", "passwd", "pwd", "passphrase", "passcode", "passwort", "kennwort", "motdepasse", "contraseña", "wachtwoord", "senha",
    ];

    private static readonly string[] NamesBeforeSigns = ["pass", "pw", "userpass", "dbpass"];

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> OtherWords = (
        "null none true false required optional incorrect invalid wrong forgotten forgot reset changed expired string password passwd "
            + "secret "
        + "undefined empty hidden redacted must should text varchar missing weak strong protected unknown please enter your here what "
        + "example default same value mandatory disabled enabled login username never always input encrypted hashed")
        .Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    public override string Rule => "secret.password";

    public override int CharsMax => ValueCharsMax + 2;

    public override bool CanStart(char first) =>
        first is > ' ' and < '\u007F' and not ('"' or '\'' or '`' or '<' or '{' or '[' or '(' or '*' or ':' or '=');

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        if (!Assignment.IsPossible(text, start)) return Match.None;
        var name = Assignment.Before(text, start);
        if (!(name.Mark is AssignmentMark.Sign or AssignmentMark.Word && IsNamed(name))) return Match.None;

        var cursor = new TextCursor(text, start, isEnd);
        while (cursor.Length <= ValueCharsMax && IsOfValue(cursor.Peek(), name)) cursor.Position++;
        var value = name.Quote == '\0' ? cursor.Taken.TrimEnd(".,;:?)]}'\"") : cursor.Taken;
        var isLast = cursor.Peek() is '\0' or '\n' or '\r';
        var score = Score(value, name, isLast);
        return cursor.Answer(score > 0 ? value.Length : 0, score);
    }

    private static bool IsNamed(in Assignment name) =>
        name.IsNamed(Names) || (name.Mark == AssignmentMark.Sign && name.IsNamed(NamesBeforeSigns));

    private static bool IsOfValue(char c, in Assignment name) =>
        c > ' ' && !char.IsWhiteSpace(c) && c is not ('"' or '<' or '>' or '`')
        && !(name.Quote is '\'' or '‘' && c is '\'' or '’')
        && !(name.Quote == '\0' && name.Mark == AssignmentMark.Sign && c == '&');

    private static float Score(ReadOnlySpan<char> value, in Assignment name, bool isLast)
    {
        if (value.Length is < ValueCharsMin or > ValueCharsMax || IsPlaceholder(value)) return 0;
        if (name.Quote != '\0') return StrongScore;
        if (!value.ContainsAnyInRange('0', '9') && !HasMark(value))
            return name.Mark == AssignmentMark.Sign && (isLast || HasInnerCapital(value)) ? WordScore : 0;
        return HasLetter(value) || value.Length >= DigitsMin ? StrongScore : 0;
    }

    // Variables, calls of functions, stars, and words that say something of a password.
    private static bool IsPlaceholder(ReadOnlySpan<char> value) =>
        value[0] is '$' && value[1] is '{' or '(' || value[0] is '%' && value[^1] is '%' || value.ContainsAny("({")
        || !value.ContainsAnyExcept(value[0]) || OtherWords.Contains(value) || value.StartsWith("process.", StringComparison.Ordinal)
        || value.StartsWith("os.", StringComparison.Ordinal) || value.StartsWith("http", StringComparison.Ordinal);

    // Hyphens and apostrophes are parts of words.
    private static bool HasMark(ReadOnlySpan<char> value)
    {
        foreach (var c in value)
            if (!char.IsLetterOrDigit(c) && c is not ('-' or '\'' or '’' or ',' or '.' or '/' or '_')) return true;
        return false;
    }

    private static bool HasLetter(ReadOnlySpan<char> value)
    {
        foreach (var c in value)
            if (char.IsLetter(c)) return true;
        return false;
    }

    private static bool HasInnerCapital(ReadOnlySpan<char> value) => value[1..].ContainsAnyInRange('A', 'Z')
        && value.ContainsAnyInRange('a', 'z');
}
