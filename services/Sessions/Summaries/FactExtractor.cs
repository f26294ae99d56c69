using System.Text.RegularExpressions;
using Millrace.Sessions.Messages;

namespace Millrace.Sessions.Summaries;

/// <summary>
/// Finds the sentences of a message that may matter later, without a model: those with names, numbers, dates, identifiers and words of
/// decision. They are kept word for word, so that nothing is made up.
/// </summary>
internal static partial class FactExtractor
{
    /// <summary>Longest sentence that is kept whole.</summary>
    public const int TextCharsMax = 240;

    private const int ScannedCharsMax = 64 * 1024;
    private const int WeightMin = 2;

    /// <summary>The telling sentences of a message, in its order.</summary>
    public static IEnumerable<Fact> Extract(StoredMessage message)
    {
        if (message.Content.Role == MessageRole.System) yield break;
        var text = message.Content.Content;
        if (text.Length > ScannedCharsMax) text = text[..ScannedCharsMax];
        foreach (var part in SentenceEnd().Split(Markers().Replace(text, string.Empty)))
        {
            var sentence = Spaces().Replace(part, " ").Trim(' ', '-', '*', '#', '>');
            if (sentence.Length < 3) continue;
            var weight = Weight(sentence, message.Content.Role);
            if (weight >= WeightMin) yield return new Fact(message.Content.Role, Shorten(sentence), message.Sequence, weight);
        }
    }

    // A question tells what was asked; what its asker said in it still counts, for less.
    private static int Weight(string sentence, MessageRole role)
    {
        var weight = 0;
        if (Decision().IsMatch(sentence)) weight += 3;
        if (Identifier().IsMatch(sentence)) weight += 3;
        if (Date().IsMatch(sentence)) weight += 2;
        if (Number().IsMatch(sentence)) weight += 2;
        if (Name().IsMatch(sentence)) weight += 2;
        if (Quoted().IsMatch(sentence)) weight += 1;
        if (sentence.EndsWith('?')) weight -= 2;
        return weight > 0 && role == MessageRole.User ? weight + 1 : weight;
    }

    // What was found is what must stay: a long sentence is cut around its first mark.
    private static string Shorten(string sentence)
    {
        if (sentence.Length <= TextCharsMax) return sentence;
        var at = new[] { Identifier(), Date(), Number(), Name(), Decision() }
            .Select(pattern => pattern.Match(sentence)).FirstOrDefault(match => match.Success)?.Index ?? 0;
        var start = Math.Clamp(at - (TextCharsMax / 2), 0, sentence.Length - TextCharsMax);
        var end = start + TextCharsMax;
        if (start > 0 && char.IsLowSurrogate(sentence[start])) start++;
        if (end < sentence.Length && char.IsHighSurrogate(sentence[end - 1])) end--;
        return $"{(start > 0 ? "…" : "")}{sentence[start..end]}{(end < sentence.Length ? "…" : "")}";
    }

    [GeneratedRegex(@"(?<=[.!?…])\s+|[\r\n]+", RegexOptions.CultureInvariant)]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"\[\d{1,3}\]", RegexOptions.CultureInvariant)]
    private static partial Regex Markers();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Spaces();

    [GeneratedRegex(
        @"\b(decid\w*|agree[ds]?|chose\w*|choose|confirm\w*|approv\w*|reject\w*|promis\w*|cancel\w*|prefer\w*|must|never|always|deadline|"
            + @"due|remember|important|require\w*|plan(s|ned)? to|going to|we will|we'll|i will|i'll|let's|instead of|budget|"
            + @"my \w+( \w+)? is|call me|i am|i'm|i live|i work|allergic|"
            + @"not allowed|entschieden|beschlossen|vereinbart|muss|müssen|nie|immer|wichtig|frist|"
            + @"ich heiße|mein\w* \w+ ist|bevorzug\w*)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Decision();

    [GeneratedRegex(
        @"[\w.+-]+@[\w-]+\.\w+|\b\w+://\S+|\b(?=[\w-]*\d)(?=[\w-]*\p{L})[\w]+([-_][\w]+)*\b|\b\p{Lu}{2,}[-_]\w+|\w+_\w+|#\d+",
        RegexOptions.CultureInvariant)]
    private static partial Regex Identifier();

    [GeneratedRegex(
        @"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\b\d{1,2}:\d{2}\b|"
            + @"\b(january|february|march|april|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|"
            + @"friday|saturday|sunday|tomorrow|tonight|januar|februar|märz|mai|juni|juli|oktober|dezember|montag|dienstag|mittwoch|"
            + @"donnerstag|freitag|samstag|sonntag|morgen)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Date();

    [GeneratedRegex(
        @"\d|\b(two|three|four|five|six|seven|eight|nine|ten|twelve|hundred|thousand|million|dozen)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Number();

    // A capital behind the first word; "I" is none.
    [GeneratedRegex(@"(?<=[\p{L}\p{Nd},;:'""()] ?)(?<= )(?!I\b|I')\p{Lu}[\p{L}\p{Nd}'’-]*", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex("\"[^\"]{2,80}\"|“[^”]{2,80}”|`[^`]{2,80}`", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();
}
