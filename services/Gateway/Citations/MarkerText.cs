using System.Text;

namespace Millrace.Gateway.Citations;

/// <summary>Answers of earlier turns.</summary>
public static class MarkerText
{
    /// <summary>
    /// An earlier answer without its markers. The passages of another question have the same numbers, and a model that read "[1]" in both
    /// senses would cite the wrong one. What is no citation, such as an index in code, stays.
    /// </summary>
    public static string Strip(string answer)
    {
        if (!answer.Contains('[', StringComparison.Ordinal)) return answer;
        var scanner = new MarkerScanner();
        var text = new StringBuilder(answer.Length);
        foreach (var token in answer.SelectMany(next => scanner.Push(next)).Concat(scanner.Finish()))
            if (!token.IsMarker || token.IsAttached) text.Append(token.Text);
        return text.ToString();
    }
}
