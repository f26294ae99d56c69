using System.Globalization;
using Millrace.Guardrails.Content;
using Millrace.GuardTraining.Classification;

namespace Millrace.GuardTraining.Content;

/// <summary>Makes samples from templates, the same ones each time.</summary>
internal sealed class ContentSamples(SlotFile slots, int seed)
{
    private const int Harmful = 12;
    private const int Harmless = 10;
    private const int Fixed = 3;

    private static readonly string[] Before =
        ["Hey, ", "Listen: ", "lol ", "Please: ", "Hi. ", "Well, ", "Seriously, ", "ok so ", "Question: "];

    private static readonly string[] Behind = [" Thanks.", " lol", " Please answer.", " What do you say?", " It is urgent.", " ok?", " !!"];

    private readonly Random _random = new(seed);

    /// <summary>Samples of a template, each different; a template without slots gives fewer.</summary>
    public IEnumerable<Sample> Of(ContentTemplate template)
    {
        var count = template.Labels == 0 ? Harmless : Harmful;
        if (!template.Text.Contains('{', StringComparison.Ordinal)) count = Fixed;
        HashSet<string> made = new(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var text = Written(slots.Fill(template.Text, _random), i);
            if (made.Add(text)) yield return Read(text, template);
        }
    }

    private static Sample Read(string text, ContentTemplate template)
    {
        var plain = new char[text.Length];
        var known = new ulong[ContentFeatures.CountMax];
        var kinds = ContentText.Read(text, plain, out var length);
        var features = ContentFeatures.Of(kinds, known);
        return new Sample(new string(plain, 0, length), template.Labels, template.Group) { Known = known[..features] };
    }

    // The first as it is; of the others, some as people write in a hurry, some with something around them.
    private string Written(string text, int index)
    {
        if (index == 0) return text;
        if (_random.Next(4) == 0) text = text.ToLower(CultureInfo.InvariantCulture);
        if (_random.Next(4) == 0) text = text.TrimEnd('.', '!', '?');
        if (_random.Next(6) == 0) text = Before[_random.Next(Before.Length)] + text;
        if (_random.Next(6) == 0) text += Behind[_random.Next(Behind.Length)];
        return text;
    }
}
