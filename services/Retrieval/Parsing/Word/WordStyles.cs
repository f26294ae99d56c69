using System.Xml;

namespace Millrace.Retrieval.Parsing.Word;

/// <summary>Which paragraph styles are headings, and which are items of a list. Their ids are in the language of the program that wrote
/// the file; the names of the built-in ones are not, and a style of any name may give an outline level.</summary>
internal sealed class WordStyles
{
    private const int BasedOnStepsMax = 20;

    /// <summary>Level of the document's title; headings are below it.</summary>
    public const int TitleLevel = 1;

    private readonly Dictionary<string, Style> _styles = new(StringComparer.Ordinal);

    /// <summary>Reads the styles of a document.</summary>
    public void Read(XmlReader reader, ParsingBudget budget)
    {
        Style? style = null;
        while (reader.Read())
        {
            budget.RequireDepth(reader.Depth);
            if (reader.NodeType != XmlNodeType.Element || !reader.IsWord()) continue;
            switch (reader.LocalName)
            {
                case "style": style = _styles[reader.Attribute("styleId")] = new Style(); break;
                case "name" when style is not null: style.Level ??= LevelOfName(reader.Attribute("val")); break;
                case "basedOn" when style is not null: style.BasedOn = reader.Attribute("val"); break;
                case "outlineLvl" when style is not null: style.Level ??= LevelOfOutline(reader.Number()); break;
                case "numId" when style is not null: style.ListNumber = reader.Number(); break;
                case "ilvl" when style is not null: style.ListLevel = reader.Number(); break;
            }
        }
    }

    /// <summary>The level of a heading style; null for any other style.</summary>
    public int? LevelOf(string styleId) => Lineage(styleId).Select(style => style.Style.Level).FirstOrDefault(level => level is not null);

    /// <summary>The list that a style puts its paragraphs in.</summary>
    /// <returns>Its numbering, null for none; the level, where it says one; and the style that says so, itself or one that it is based
    /// on.</returns>
    public (int? Number, int? Level, string StyleId) ListOf(string styleId)
    {
        foreach (var (id, style) in Lineage(styleId))
            if (style.ListNumber is { } number) return (number, style.ListLevel, id);
        return (null, null, styleId);
    }

    private IEnumerable<(string Id, Style Style)> Lineage(string styleId)
    {
        for (var step = 0; step < BasedOnStepsMax && _styles.TryGetValue(styleId, out var style); step++)
        {
            yield return (styleId, style);
            styleId = style.BasedOn;
        }
    }

    /// <summary>The level of an outline level, 0 to 8; null for body text.</summary>
    public static int? LevelOfOutline(int? outline) => outline is >= 0 and <= 8 ? outline + TitleLevel + 1 : null;

    private static int? LevelOfName(string name)
    {
        if (name.Equals("title", StringComparison.OrdinalIgnoreCase)) return TitleLevel;
        const string Heading = "heading ";
        return name.StartsWith(Heading, StringComparison.OrdinalIgnoreCase) && name.Length == Heading.Length + 1
            && name[^1] is >= '1' and <= '9'
            ? name[^1] - '0' + TitleLevel
            : null;
    }

    private sealed class Style
    {
        public int? Level { get; set; }

        public string BasedOn { get; set; } = "";

        public int? ListNumber { get; set; }

        public int? ListLevel { get; set; }
    }
}
