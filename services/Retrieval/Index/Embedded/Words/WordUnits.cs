namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>
/// Numbers of terms as units of 16 bits, one for the first 49,152 and two for the others, as UTF-16 does it with characters: a unit is
/// alone, first or second by its value, so that a sequence of terms is found as a sequence of units.
/// </summary>
internal static class WordUnits
{
    /// <summary>Stands between two fields. It is part of no term.</summary>
    public const ushort FieldEnd = ushort.MaxValue;

    /// <summary>Fields of a chunk.</summary>
    public const int Fields = 3;

    /// <summary>Terms that there can be.</summary>
    public const int TermsMax = SecondsFirst + (FirstsCount * SecondsCount);

    /// <summary>What <see cref="Enumerator"/> says for <see cref="FieldEnd"/>.</summary>
    public const int NoTerm = -1;

    private const int SecondsFirst = 0xC000;
    private const int FirstsCount = 0x2000;
    private const int SecondsCount = 0x1FFF;

    /// <summary>Adds a term.</summary>
    public static void Append(List<ushort> units, int term)
    {
        if (term < SecondsFirst)
        {
            units.Add((ushort)term);
            return;
        }

        var (first, second) = Math.DivRem(term - SecondsFirst, SecondsCount);
        units.Add((ushort)(SecondsFirst + first));
        units.Add((ushort)(SecondsFirst + FirstsCount + second));
    }

    /// <summary>The units of terms side by side.</summary>
    public static ushort[] Of(params ReadOnlySpan<int> terms)
    {
        List<ushort> units = [];
        foreach (var term in terms) Append(units, term);
        return [.. units];
    }

    /// <summary>The terms of a sequence, with <see cref="NoTerm"/> between fields.</summary>
    public static Enumerator Read(ReadOnlySpan<ushort> units) => new(units);

    /// <summary>Goes from term to term.</summary>
    public ref struct Enumerator(ReadOnlySpan<ushort> units)
    {
        private readonly ReadOnlySpan<ushort> _units = units;
        private int _at;

        /// <summary>The term.</summary>
        public int Current { get; private set; }

        /// <summary>Itself, for foreach.</summary>
        public readonly Enumerator GetEnumerator() => this;

        /// <summary>Goes to the next.</summary>
        public bool MoveNext()
        {
            if (_at == _units.Length) return false;
            int unit = _units[_at++];
            Current = unit < SecondsFirst ? unit
                : unit == FieldEnd ? NoTerm
                : SecondsFirst + ((unit - SecondsFirst) * SecondsCount) + _units[_at++] - SecondsFirst - FirstsCount;
            return true;
        }
    }
}
