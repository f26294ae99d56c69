namespace Millrace.LlamaCpp;

/// <summary>What a vocabulary says of one token.</summary>
[Flags]
public enum TokenAttributes
{
    /// <summary>Nothing is known.</summary>
    None = 0,

    /// <summary>Stands for text outside the vocabulary.</summary>
    Unknown = 1 << 0,

    /// <summary>Reserved, never produced by the tokenizer.</summary>
    Unused = 1 << 1,

    /// <summary>Ordinary text.</summary>
    Normal = 1 << 2,

    /// <summary>Control token such as a turn marker; has no text unless asked for.</summary>
    Control = 1 << 3,

    /// <summary>Added by the model's author, matched before the tokenizer runs.</summary>
    UserDefined = 1 << 4,

    /// <summary>One raw byte.</summary>
    Byte = 1 << 5,

    /// <summary>Text is normalised before matching.</summary>
    Normalized = 1 << 6,

    /// <summary>Swallows white space on its left.</summary>
    LeftStrip = 1 << 7,

    /// <summary>Swallows white space on its right.</summary>
    RightStrip = 1 << 8,

    /// <summary>Matches whole words only.</summary>
    SingleWord = 1 << 9,
}
