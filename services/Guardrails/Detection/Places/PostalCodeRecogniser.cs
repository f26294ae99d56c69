using System.Buffers;
using System.Collections.Frozen;

namespace Millrace.Guardrails.Detection.Places;

/// <summary>
/// Postal codes: British and Canadian ones by their form, five digits behind the letters of one of the United States, others behind their
/// name.
/// </summary>
internal sealed class PostalCodeRecogniser : Recogniser
{
    private const string CanadianFirst = "ABCEGHJKLMNPRSTVXY";
    private const float StateScore = 0.6f;
    private const float FormScore = 0.7f;
    private const float AnnouncedScore = 0.9f;

    private static readonly SearchValues<char> CanadianNever = SearchValues.Create("DFIOQU");
    private static readonly SearchValues<char> BritishNever = SearchValues.Create("CIKMOV");

    private static readonly ContextWords Words = new(
        "zip", "zip code", "zipcode", "postal code", "postcode", "post code", "plz", "postleitzahl", "code postal", "código postal",
        "codigo postal", "cep",
        "eircode", "pin code", "pincode", "postnummer", "postnr", "postcode");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> BritishAreas = Set(
        "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU GY "
            + "HA HD HG HP HR HS HU HX "
        + "IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE "
        + "SG SK SL SM SN SO "
        + "SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> States = Set(
        "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD "
            + "TN TX UT VT VA WA WV "
        + "WI WY DC PR");

    private static readonly string[] BritishForms = ["A9 9AA", "A99 9AA", "AA9 9AA", "AA99 9AA", "A9A 9AA", "AA9A 9AA"];

    private static readonly string[] OtherForms =
    [
        "99999", "99999-9999", "9999", "999", "999 99", "999999", "9999_AA", "A9A9A9", "9999-999", "99-999", "99999-999", "999-9999",
        "A99_XXXX",
    ];

    private static readonly ShapedRecogniser Forms = new(
        "pii.postal_code",
        [
            .. BritishForms.Select(form => new Form(form, IsBritish) { Grouped = FormScore, Words = Words }),
            new Form("A9A 9A9", IsCanadian) { Grouped = FormScore, Words = Words },
            .. OtherForms.Select(form => new Form(form, _ => true) { Words = Words, Announced = AnnouncedScore, IsDirect = true }),
        ]);

    private static readonly Shape[] StateForms = [new("99999-9999"), new("99999")];

    public override string Rule => Forms.Rule;

    public override int CharsMax => Forms.CharsMax;

    public override bool ReadsFolded => true;

    public override bool TakesWords => false;

    public override bool CanStart(char first) => Forms.CanStart(first);

    public override bool CanBeSecond(char second) => Forms.CanBeSecond(second);

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var match = Forms.MatchAt(text, start, isEnd);
        if (match != Match.None || !char.IsAsciiDigit(text[start]) || !IsBehindState(text[..start])) return match;

        Span<char> digits = stackalloc char[Shape.DigitsMax];
        foreach (var form in StateForms)
        {
            var cursor = new TextCursor(text, start, isEnd);
            if (form.TryRead(ref cursor, digits, out _)
                && Borders.IsFreeAfter(ref cursor, isSpaced: false)) return cursor.Answer(cursor.Length, StateScore);
            if (cursor.RanOut) return Match.Undecided;
        }

        return Match.None;
    }

    // "Springfield, IL 62704": capitals between a space and a space, behind a comma or a name.
    private static bool IsBehindState(ReadOnlySpan<char> before) =>
        before.Length > 4 && before[^1] == ' ' && before[^4] == ' ' && States.Contains(before[^3..^1])
        && (before[^5] == ',' || Chars.IsLetter(before[^5]));

    private static bool IsBritish(ReadOnlySpan<char> code)
    {
        var area = char.IsAsciiLetter(code[1]) ? code[..2] : code[..1];
        return BritishAreas.Contains(area) && !code[^2..].ContainsAny(BritishNever);
    }

    private static bool IsCanadian(ReadOnlySpan<char> code) => CanadianFirst.Contains(code[0]) && !code.ContainsAny(CanadianNever);

    private static FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Set(string words) =>
        words.Split(' ').ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
}
