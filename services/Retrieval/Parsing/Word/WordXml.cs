using System.Globalization;
using System.Xml;

namespace Millrace.Retrieval.Parsing.Word;

/// <summary>Names of WordprocessingML. There are two namespaces for each vocabulary, a transitional and a strict one, with the same local
/// names.</summary>
internal static class WordXml
{
    /// <summary>Whether the reader is at something of the text vocabulary.</summary>
    public static bool IsWord(this XmlReader reader) => reader.NamespaceURI.Contains("wordprocessingml", StringComparison.Ordinal);

    /// <summary>Whether the reader is at something of the formula vocabulary.</summary>
    public static bool IsMath(this XmlReader reader) => reader.NamespaceURI.EndsWith("/math", StringComparison.Ordinal);

    /// <summary>Whether a node is text, white space included.</summary>
    public static bool IsCharacters(this XmlNodeType type) =>
        type is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace;

    /// <summary>The attribute of this local name, whatever its namespace; empty if there is none.</summary>
    public static string Attribute(this XmlReader reader, string localName)
    {
        var value = "";
        while (reader.MoveToNextAttribute())
            if (reader.LocalName == localName) value = reader.Value;
        reader.MoveToElement();
        return value;
    }

    /// <summary>The attribute <c>val</c> as a number.</summary>
    public static int? Number(this XmlReader reader, string localName = "val") =>
        int.TryParse(reader.Attribute(localName), CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A switch: on when it stands alone, off when its value says so.</summary>
    public static bool IsOn(this XmlReader reader) => reader.Attribute("val") is not ("0" or "false" or "off" or "none");
}
