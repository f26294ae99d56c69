using System.Numerics;

namespace Millrace.Guardrails.Policies;

/// <summary>A set of rules by index, 0 to 127.</summary>
internal readonly record struct RuleBits(ulong Low, ulong High)
{
    /// <summary>How many rules a set can tell apart.</summary>
    public const int Capacity = 128;

    public bool IsEmpty => (Low | High) == 0;

    /// <summary>Whether all of these rules are among others.</summary>
    public bool IsWithin(RuleBits others) => ((Low & ~others.Low) | (High & ~others.High)) == 0;

    public static RuleBits Of(int index) => index < 64 ? new(1UL << index, 0) : new(0, 1UL << (index - 64));

    public static RuleBits operator &(RuleBits left, RuleBits right) => new(left.Low & right.Low, left.High & right.High);

    public static RuleBits operator |(RuleBits left, RuleBits right) => new(left.Low | right.Low, left.High | right.High);

    public Enumerator GetEnumerator() => new(this);

    /// <summary>The indexes, lowest first.</summary>
    public ref struct Enumerator(RuleBits bits)
    {
        private ulong _low = bits.Low;
        private ulong _high = bits.High;

        public int Current { get; private set; }

        public bool MoveNext()
        {
            if (_low != 0)
            {
                Current = BitOperations.TrailingZeroCount(_low);
                _low &= _low - 1;
                return true;
            }

            if (_high == 0) return false;
            Current = 64 + BitOperations.TrailingZeroCount(_high);
            _high &= _high - 1;
            return true;
        }
    }
}
