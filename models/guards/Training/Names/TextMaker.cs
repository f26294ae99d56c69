namespace Millrace.GuardTraining.Names;

/// <summary>Makes texts out of templates: some from several, some in other cases than usual.</summary>
internal sealed class TextMaker(WordLists lists, bool isHeldOut, int seed)
{
    private readonly Dice _dice = new(seed);
    private readonly Template[] _texts = Read(lists, "templates.txt", isHeldOut);
    private readonly Template[] _negatives = Read(lists, "negatives.txt", isHeldOut);
    private SlotFiller? _slots;

    private SlotFiller Slots => _slots ??= new SlotFiller(lists, _dice);

    /// <summary>Makes a text.</summary>
    public LabelledText Next()
    {
        var text = new LabelledText();
        var parts = _dice.Next(0, 20) switch { < 11 => 1, < 16 => 2, < 19 => 3, _ => 4 };
        Slots.Begin();
        for (var part = 0; part < parts; part++)
        {
            if (part > 0) text.Add(_dice.Any(" ", " ", " ", "\n", "\n\n"));
            text.Add(Part());
        }

        text.JoinAddresses();
        ChangeCase(text);
        return text;
    }

    private LabelledText Part()
    {
        var part = new LabelledText();
        _dice.Of(_dice.Chance(0.7) ? _texts : _negatives).Write(_dice, part.Add, slot => Slots.Fill(slot, part));
        return part;
    }

    private void ChangeCase(LabelledText text)
    {
        switch (_dice.Next(0, 100))
        {
            case < 9: text.Map(char.ToLowerInvariant, entitiesOnly: false); break;
            case < 12: text.Map(char.ToUpperInvariant, entitiesOnly: false); break;
            case < 19: text.Map(char.ToLowerInvariant, entitiesOnly: true); break;
            case < 21: text.Map(char.ToUpperInvariant, entitiesOnly: true); break;
        }
    }

    private static Template[] Read(WordLists lists, string file, bool isHeldOut) =>
        [.. lists.Lines(file).Select(line => new Template(line)).Where(template => template.IsHeldOut == isHeldOut)];
}
