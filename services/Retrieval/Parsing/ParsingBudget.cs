namespace Millrace.Retrieval.Parsing;

/// <summary>What one document has taken so far, and when to stop. Owned by the thread that reads the document.</summary>
/// <param name="limits">The limits.</param>
/// <param name="stop">Cancelled when the time is over, or when nobody wants the document any more.</param>
internal sealed class ParsingBudget(ParsingOptions limits, CancellationToken stop)
{
    private int _cells;
    private int _elements;

    /// <summary>The limits.</summary>
    public ParsingOptions Limits => limits;

    /// <summary>Cancelled when the time is over, or when nobody wants the document any more.</summary>
    public CancellationToken Stop => stop;

    /// <summary>Refuses a level that is too deep, and stops a walk whose time is over. Every recursive step asks here.</summary>
    public void RequireDepth(int depth)
    {
        stop.ThrowIfCancellationRequested();
        if (depth > limits.NestingMax) throw ParsingErrors.TooDeep(limits.NestingMax);
    }

    /// <summary>Takes cells of a table.</summary>
    public void TakeCells(int count)
    {
        RequireCells(count);
        _cells += count;
    }

    /// <summary>Refuses a number of cells that could not be taken.</summary>
    public void RequireCells(int count)
    {
        stop.ThrowIfCancellationRequested();
        if (count > limits.TableCellsMax - _cells)
            throw ParsingErrors.OverLimit(
                $"The document's tables have more than {limits.TableCellsMax} cells.", nameof(ParsingOptions.TableCellsMax));
    }

    /// <summary>Takes an element of a page.</summary>
    public void TakeElement()
    {
        stop.ThrowIfCancellationRequested();
        if (++_elements > limits.ElementsMax)
            throw ParsingErrors.OverLimit($"The page has more than {limits.ElementsMax} elements.", nameof(ParsingOptions.ElementsMax));
    }

    /// <summary>Refuses a text that is too long.</summary>
    public void RequireTextChars(long count)
    {
        stop.ThrowIfCancellationRequested();
        if (count > limits.TextCharsMax)
            throw ParsingErrors.OverLimit(
                $"The document's text is longer than {limits.TextCharsMax} characters.", nameof(ParsingOptions.TextCharsMax));
    }

    /// <summary>Refuses a text with a line that is too long.</summary>
    public void RequireLines(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var length = text.AsSpan(start).IndexOf('\n');
            if (length < 0) length = text.Length - start;
            if (length > limits.LineCharsMax)
                throw ParsingErrors.OverLimit(
                    $"The document has a line of {length} characters, and {limits.LineCharsMax} are allowed.",
                    nameof(ParsingOptions.LineCharsMax),
                    remedy: "Break the line");
            start += length + 1;
        }
    }
}
