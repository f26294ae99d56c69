using System.Xml;

namespace Millrace.Retrieval.Parsing.Word;

/// <summary>The numbers of list items and headings, as the document's numberings write them. A bullet says nothing and is left out.
/// </summary>
internal sealed class WordNumbering
{
    private const int LevelsMax = 9;
    private readonly Dictionary<int, Definition> _definitions = [];
    private readonly Dictionary<int, Instance> _instances = [];

    /// <summary>Reads the numberings of a document.</summary>
    public void Read(XmlReader reader, ParsingBudget budget)
    {
        // What an instance says anew of a level's looks is not read: it goes into a definition that nothing refers to.
        var definition = new Definition();
        var instance = new Instance();
        var level = 0;
        while (reader.Read())
        {
            budget.RequireDepth(reader.Depth);
            if (reader.NodeType != XmlNodeType.Element || !reader.IsWord()) continue;
            switch (reader.LocalName)
            {
                case "abstractNum": definition = _definitions[reader.Number("abstractNumId") ?? 0] = new Definition(); break;
                case "numStyleLink": definition.StyleLink = reader.Attribute("val"); break;
                case "num": (instance, definition) = (_instances[reader.Number("numId") ?? 0] = new Instance(), new Definition()); break;
                case "abstractNumId": instance.DefinitionId = reader.Number() ?? 0; break;
                case "lvl" or "lvlOverride": level = LevelOf(reader.Number("ilvl")); break;
                case "startOverride": instance.Starts[level] = reader.Number(); break;
                case "pStyle": definition.LevelsByStyle[reader.Attribute("val")] = level; break;
                default: ReadLevel(reader, definition.Levels[level]); break;
            }
        }
    }

    /// <summary>The level of a numbering that belongs to a paragraph style; 0 when none does.</summary>
    public int LevelOfStyle(int number, string styleId) =>
        _instances.TryGetValue(number, out var instance) && _definitions.TryGetValue(instance.DefinitionId, out var definition)
            ? definition.LevelsByStyle.GetValueOrDefault(styleId)
            : 0;

    /// <summary>What stands before the next item, such as <c>3. </c> or <c>2.1 </c>; empty for a bullet.</summary>
    /// <param name="number">The numbering.</param>
    /// <param name="level">The item's level, from 0.</param>
    /// <param name="styles">Numberings may refer to those of styles.</param>
    public string NextMark(int number, int level, WordStyles styles)
    {
        level = LevelOf(level);
        if (!_instances.TryGetValue(number, out var instance) || Resolve(instance, styles) is not { } definition) return "";
        instance.Begin(definition);
        return definition.NextMark(level);
    }

    private static void ReadLevel(XmlReader reader, WordListLevel level)
    {
        switch (reader.LocalName)
        {
            case "start": level.Start = reader.Number() ?? 1; break;
            case "numFmt": level.Format = reader.Attribute("val"); break;
            case "lvlText": level.Pattern = reader.Attribute("val"); break;
        }
    }

    private static int LevelOf(int? level) => Math.Clamp(level ?? 0, 0, LevelsMax - 1);

    private Definition? Resolve(Instance instance, WordStyles styles)
    {
        if (!_definitions.TryGetValue(instance.DefinitionId, out var definition)) return null;
        if (definition.StyleLink.Length == 0 || styles.ListOf(definition.StyleLink).Number is not { } number) return definition;
        return _instances.TryGetValue(number, out var linked) ? _definitions.GetValueOrDefault(linked.DefinitionId) : null;
    }

    /// <summary>A numbering that lists share: they go on counting where another left off.</summary>
    private sealed class Definition
    {
        public WordListLevel[] Levels { get; } =
            [.. Enumerable.Range(1, LevelsMax).Select(level => new WordListLevel { Pattern = $"%{level}." })];

        public Dictionary<string, int> LevelsByStyle { get; } = new(StringComparer.Ordinal);

        public string StyleLink { get; set; } = "";

        public string NextMark(int level)
        {
            Levels[level].Count();
            foreach (var deeper in Levels.AsSpan(level + 1)) deeper.Current = null;
            var mark = Levels[level].Mark(Levels).Trim();
            return mark.Length == 0 ? "" : mark + " ";
        }
    }

    /// <summary>A list, or several parts of one.</summary>
    private sealed class Instance
    {
        public int DefinitionId { get; set; } = -1;

        public int?[] Starts { get; } = new int?[LevelsMax];

        private bool IsBegun { get; set; }

        public void Begin(Definition definition)
        {
            if (IsBegun) return;
            IsBegun = true;
            for (var i = 0; i < LevelsMax; i++)
                if (Starts[i] is { } start) definition.Levels[i].Current = start - 1;
        }
    }
}
