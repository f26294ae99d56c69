namespace Millrace.Retrieval.Encoders;

/// <summary>
/// The pieces of a vocabulary, character by character, so that the longest one at the beginning of a text is found in as many steps as it
/// has characters, however long others are. Immutable.
/// </summary>
internal sealed class PieceTrie
{
    private const int Root = 0;
    private readonly Dictionary<long, int> _children = [];
    private readonly List<bool> _isPiece = [false];

    /// <summary>Makes the trie of pieces; none may be empty.</summary>
    public PieceTrie(IEnumerable<string> pieces)
    {
        foreach (var piece in pieces) Add(piece);
    }

    /// <summary>Length of the longest piece that a text begins with; 0 for none.</summary>
    /// <param name="text">The text.</param>
    public int Longest(ReadOnlySpan<char> text) => Longest(Root, text);

    /// <summary>Length of the longest piece that a mark and a text begin with, the mark included; 0 for none.</summary>
    /// <param name="mark">What stands before the text.</param>
    /// <param name="text">The text.</param>
    public int Longest(char mark, ReadOnlySpan<char> text)
    {
        if (!_children.TryGetValue(Key(Root, mark), out var node)) return 0;
        var length = Longest(node, text);
        return length > 0 || _isPiece[node] ? length + 1 : 0;
    }

    private int Longest(int node, ReadOnlySpan<char> text)
    {
        var longest = 0;
        for (var i = 0; i < text.Length && _children.TryGetValue(Key(node, text[i]), out node); i++)
            if (_isPiece[node]) longest = i + 1;
        return longest;
    }

    private static long Key(int node, char next) => ((long)node << 16) | next;

    private void Add(string piece)
    {
        var node = Root;
        foreach (var c in piece)
        {
            if (!_children.TryGetValue(Key(node, c), out var child))
            {
                child = _isPiece.Count;
                _isPiece.Add(false);
                _children[Key(node, c)] = child;
            }

            node = child;
        }

        _isPiece[node] = true;
    }
}
