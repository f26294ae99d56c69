namespace Millrace.Guardrails.Names;

/// <summary>What stands before a token.</summary>
internal enum TokenGap : byte
{
    /// <summary>Nothing: it touches the token before.</summary>
    None = 0,

    /// <summary>A space.</summary>
    Space = 1,

    /// <summary>A line's end.</summary>
    Line = 2,

    /// <summary>An empty line.</summary>
    Paragraph = 3,

    /// <summary>The text's start, or more white space than belongs into a text.</summary>
    Break = 4,
}

/// <summary>What a token is made of.</summary>
internal enum TokenKind : byte
{
    /// <summary>Nothing: before the text, behind it, or a wide gap.</summary>
    None = 0,

    /// <summary>Letters in lower case.</summary>
    Lower = 1,

    /// <summary>A capital letter and lower case.</summary>
    Capitalised = 2,

    /// <summary>Capital letters, two or more.</summary>
    Upper = 3,

    /// <summary>One capital letter.</summary>
    Initial = 4,

    /// <summary>Letters of changing case.</summary>
    Mixed = 5,

    /// <summary>Letters of a script without case.</summary>
    Caseless = 6,

    /// <summary>Digits.</summary>
    Number = 7,

    /// <summary>Letters and digits.</summary>
    Alphanumeric = 8,

    /// <summary>A sign.</summary>
    Sign = 9,
}

/// <summary>A word, a number or a sign, as the tagger sees it. Words are known by hashes; none is kept.</summary>
internal struct EntityToken
{
    /// <summary>Where it starts, in the coordinates of whoever reads.</summary>
    public int Start;

    /// <summary>Its length in characters.</summary>
    public int Length;

    /// <summary>Hash of the word in lower case where it is one that is known by itself; what it looks like otherwise.</summary>
    public uint Word;

    /// <summary>Hash of its first three characters.</summary>
    public uint Prefix;

    /// <summary>Hash of its last two characters.</summary>
    public uint Suffix2;

    /// <summary>Hash of its last three characters.</summary>
    public uint Suffix3;

    /// <summary>Hash of its last four characters.</summary>
    public uint Suffix4;

    /// <summary>Kind, length up to eight where it matters, and gap, in one number.</summary>
    public uint Shape;

    /// <summary>What the lists say.</summary>
    public WordClasses Classes;

    /// <summary>What it is made of.</summary>
    public TokenKind Kind;

    /// <summary>What stands before it.</summary>
    public TokenGap Gap;

    /// <summary>Position behind it.</summary>
    public readonly int End => Start + Length;

    /// <summary>Whether it is a word of two letters or more.</summary>
    public readonly bool IsWord => Kind is >= TokenKind.Lower and <= TokenKind.Caseless and not TokenKind.Initial;

    /// <summary>Stands for what is before a text and behind it.</summary>
    public static EntityToken Outside => new() { Gap = TokenGap.Break, Shape = (uint)TokenGap.Break };
}
