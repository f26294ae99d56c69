using System.Text;

namespace Millrace.Guardrails.Detection.Crypto;

/// <summary>
/// Addresses of wallets by their check sums: Bitcoin (base 58 and bech32), Litecoin, Dogecoin, Dash, Tron, XRP, Cosmos and Cardano;
/// Ethereum's by the case of their letters (EIP-55), or in one case alone.
/// </summary>
internal sealed class CryptoAddressRecogniser : Recogniser
{
    private const int Base58CharsMin = 25;
    private const int Base58CharsMax = 36;
    private const int EthereumChars = 42;
    private const float CheckedScore = 1.0f;
    private const float UncheckedScore = 0.8f;

    // First characters with the version bytes that they stand for.
    private static readonly (char First, int Version, string Digits)[] Chains =
    [
        ('1', 0, Base58.Common), ('3', 5, Base58.Common), ('L', 48, Base58.Common), ('M', 50, Base58.Common), ('D', 30, Base58.Common),
        ('A', 22, Base58.Common), ('9', 22, Base58.Common), ('X', 76, Base58.Common), ('T', 65, Base58.Common), ('r', 0, Base58.Ripple),
        ('m', 111, Base58.Common), ('n', 111, Base58.Common), ('2', 196, Base58.Common),
    ];

    private static readonly string[] Prefixes = ["bc", "tb", "ltc", "addr", "stake", "cosmos", "osmo"];

    public override string Rule => "pii.crypto_address";

    public override int CharsMax => 112;

    public override bool TakesWords => false;

    public override bool CanStart(char first) => char.IsAsciiLetterOrDigit(first)
        && (IsFirst(first) || IsFirst(char.ToLowerInvariant(first)));

    public override bool CanBeSecond(char second) => char.IsAsciiLetterOrDigit(second);

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        if (IsShort(text[start..])) return Match.None;
        var cursor = new TextCursor(text, start, isEnd);
        var run = cursor.TakeWhile(char.IsAsciiLetterOrDigit, CharsMax - 1);
        if (cursor.RanOut) return Match.Undecided;
        if (run.Length < Base58CharsMin || Chars.IsWord(cursor.Peek())) return cursor.Nothing;

        if (run.Length == EthereumChars && run[0] == '0' && run[1] is 'x' or 'X') return MatchEthereum(run);
        return IsBase58(run) || IsBech32(run) ? Match.Found(run.Length, CheckedScore) : Match.None;
    }

    // Most words end early: a few looks tell.
    private static bool IsShort(ReadOnlySpan<char> text)
    {
        for (var i = 3; i < Base58CharsMin && i < text.Length; i += 3)
            if (!char.IsAsciiLetterOrDigit(text[i])) return true;
        return false;
    }

    private static bool IsFirst(char c) =>
        c == '0' || Array.Exists(Chains, chain => chain.First == c) || Array.Exists(Prefixes, prefix => prefix[0] == c);

    private static bool IsBase58(ReadOnlySpan<char> run)
    {
        if (run.Length > Base58CharsMax) return false;
        foreach (var (first, version, digits) in Chains)
            if (run[0] == first && Base58.VersionOf(run, digits) == version) return true;
        return false;
    }

    private static bool IsBech32(ReadOnlySpan<char> run)
    {
        Span<char> lower = stackalloc char[run.Length];
        run.ToLowerInvariant(lower);
        if (!run.SequenceEqual(lower) && run.ContainsAnyInRange('a', 'z')) return false;

        foreach (var prefix in Prefixes)
            if (lower.StartsWith(prefix, StringComparison.Ordinal) && lower[prefix.Length] == '1'
                && Bech32.IsValid(prefix, lower[(prefix.Length + 1)..]))
                return true;
        return false;
    }

    private static Match MatchEthereum(ReadOnlySpan<char> run)
    {
        var digits = run[2..];
        foreach (var c in digits)
            if (!char.IsAsciiHexDigit(c)) return Match.None;
        if (CheckSums.IsOneDigit(digits)) return Match.None;
        if (!digits.ContainsAnyInRange('A', 'F') || !digits.ContainsAnyInRange('a', 'f')) return Match.Found(run.Length, UncheckedScore);
        return IsRightCase(digits) ? Match.Found(run.Length, CheckedScore) : Match.None;
    }

    // A letter is a capital where the hash of the address in small letters has a hexadecimal digit above seven.
    private static bool IsRightCase(ReadOnlySpan<char> digits)
    {
        Span<char> lower = stackalloc char[digits.Length];
        Span<byte> bytes = stackalloc byte[digits.Length];
        Span<byte> hash = stackalloc byte[Keccak256.HashBytes];
        digits.ToLowerInvariant(lower);
        Encoding.ASCII.GetBytes(lower, bytes);
        Keccak256.Hash(bytes, hash);

        for (var i = 0; i < digits.Length; i++)
        {
            var nibble = i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 15;
            if (char.IsAsciiLetter(digits[i]) && char.IsAsciiLetterUpper(digits[i]) != nibble > 7) return false;
        }

        return true;
    }
}
