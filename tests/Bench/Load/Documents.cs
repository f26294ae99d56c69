using System.Text;

namespace Millrace.Bench.Load;

/// <summary>Markdown documents without a meaning, the same for the same number.</summary>
internal static class Documents
{
    /// <summary>A document of so many sections, each about one chunk of the default size.</summary>
    public static byte[] Of(int number, int sections)
    {
        var text = new StringBuilder($"# Document {number}\n\n");
        for (var i = 0; i < sections; i++)
            text.Append($"## Part {i + 1}\n\n{Texts.Of((number * 1000) + i, 55)}\n\n{Texts.Of((number * 1000) + 500 + i, 45)}\n\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
