using System.Globalization;
using System.Xml;

namespace Millrace.Retrieval.Parsing.Word;

/// <summary>The numbers of list items. Only plain numbers are written; a bullet says nothing, and other marks are left out.</summary>
internal sealed class WordNumbering
{
    private const int LevelsMax = 9;
    private readonly Dictionary<int, bool[]> _decimalLevels = [];
    private readonly Dictionary<int, int> _definitions = [];
    private readonly Dictionary<int, int[]> _counters = [];

    /// <summary>Reads the numberings of a document.</summary>
    public void Read(XmlReader reader, ParsingBudget budget)
    {
        bool[]? levels = null;
        var (level, number) = (0, 0);
        while (reader.Read())
        {
            budget.RequireDepth(reader.Depth);
            if (reader.NodeType != XmlNodeType.Element || !reader.IsWord()) continue;
            switch (reader.LocalName)
            {
                case "abstractNum": levels = _decimalLevels[reader.Number("abstractNumId") ?? 0] = new bool[LevelsMax]; break;
                case "lvl": level = Math.Clamp(reader.Number("ilvl") ?? 0, 0, LevelsMax - 1); break;
                case "numFmt" when levels is not null: levels[level] = reader.Attribute("val") == "decimal"; break;
                case "num": number = reader.Number("numId") ?? 0; break;
                case "abstractNumId": _definitions[number] = reader.Number() ?? 0; break;
            }
        }
    }

    /// <summary>What stands before the next item, such as <c>3. </c>; empty for a bullet.</summary>
    public string NextMark(int number, int level)
    {
        level = Math.Clamp(level, 0, LevelsMax - 1);
        if (!_definitions.TryGetValue(number, out var definition) || !_decimalLevels.TryGetValue(definition, out var levels)) return "";
        if (!_counters.TryGetValue(number, out var counters)) counters = _counters[number] = new int[LevelsMax];
        counters[level]++;
        counters.AsSpan(level + 1).Clear();
        return levels[level] ? string.Create(CultureInfo.InvariantCulture, $"{counters[level]}. ") : "";
    }
}
