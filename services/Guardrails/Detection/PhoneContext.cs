using System.Buffers;

namespace Millrace.Guardrails.Detection;

/// <summary>Words that announce a telephone number.</summary>
internal static class PhoneContext
{
    private static readonly SearchValues<string> Announcements = SearchValues.Create(
        [
            "phone", "mobile", "telephone", "tel.", "tel:", "tel ", "cell ", "cell:", "fax", "call", "desk:", "dial", "whatsapp", "sms",
            "answering", "messages to", "reach me", "reach us", "text me", "voicemail",
        ],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether such a word stands closely before a position.</summary>
    public static bool Announces(ReadOnlySpan<char> text, int start)
    {
        var before = text[Math.Max(0, start - Recogniser.LookBehindMax)..start];
        for (var from = 0; from < before.Length;)
        {
            var found = before[from..].IndexOfAny(Announcements);
            if (found < 0) return false;
            var at = from + found;
            if (at == 0 || !Chars.IsWord(before[at - 1])) return true;
            from = at + 1;
        }

        return false;
    }
}
