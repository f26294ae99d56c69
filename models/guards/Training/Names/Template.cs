using System.Text;

namespace Millrace.GuardTraining.Names;

/// <summary>
/// A text with slots: <c>{person}</c> is filled in, <c>&lt;one|other&gt;</c> chooses, <c>\n</c> ends a line. What looks like none of
/// these is text.
/// </summary>
internal sealed class Template(string source)
{
    private const int HeldOutShare = 10;
    private const int SlotCharsMax = 16;

    /// <summary>As it is written.</summary>
    public string Source { get; } = source.Replace("\\n", "\n", StringComparison.Ordinal);

    /// <summary>Whether it is kept for measuring: a tenth of all, chosen by what they say.</summary>
    public bool IsHeldOut { get; } = source.Aggregate(17u, (hash, c) => (hash * 31) + c) % HeldOutShare == 0;

    /// <summary>Makes a text of it.</summary>
    public void Write(Dice dice, Action<string> text, Action<string> slot)
    {
        var position = 0;
        Write(new Writer(dice, text, slot), ref position, isOn: true, depth: 0);
    }

    // Writes up to the end, or to the bar or the bracket that ends a choice.
    private void Write(Writer writer, ref int position, bool isOn, int depth)
    {
        var literal = new StringBuilder();
        while (position < Source.Length && !(depth > 0 && Source[position] is '|' or '>'))
        {
            if (Source[position] == '<') Choose(writer, literal, ref position, isOn, depth);
            else if (SlotAt(position) is { Length: > 0 } name) Fill(writer, literal, name, isOn, ref position);
            else literal.Append(Source[position++]);
        }

        Flush(writer, literal, isOn);
    }

    private void Choose(Writer writer, StringBuilder literal, ref int position, bool isOn, int depth)
    {
        Flush(writer, literal, isOn);
        var chosen = writer.Dice.Next(0, ChoicesAt(position));
        for (var choice = 0; Source[position] != '>'; choice++)
        {
            position++;
            Write(writer, ref position, isOn && choice == chosen, depth + 1);
        }

        position++;
    }

    private int ChoicesAt(int position)
    {
        var (depth, count) = (0, 1);
        for (; position < Source.Length; position++)
        {
            if (Source[position] == '<') depth++;
            else if (Source[position] == '|' && depth == 1) count++;
            else if (Source[position] == '>' && --depth == 0) return count;
        }

        throw new FormatException($"A choice is not closed: {Source}");
    }

    private string SlotAt(int position)
    {
        if (Source[position] != '{') return "";
        var end = position + 1;
        while (end < Source.Length && end - position < SlotCharsMax
            && (char.IsAsciiLetterOrDigit(Source[end]) || Source[end] == '_')) end++;
        return end < Source.Length && Source[end] == '}' ? Source[(position + 1)..end] : "";
    }

    private static void Fill(Writer writer, StringBuilder literal, string name, bool isOn, ref int position)
    {
        Flush(writer, literal, isOn);
        if (isOn) writer.Slot(name.TrimEnd('2', '3'));
        position += name.Length + 2;
    }

    private static void Flush(Writer writer, StringBuilder literal, bool isOn)
    {
        if (isOn && literal.Length > 0) writer.Text(literal.ToString());
        literal.Clear();
    }

    private sealed record Writer(Dice Dice, Action<string> Text, Action<string> Slot);
}
