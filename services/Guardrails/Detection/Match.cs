namespace Millrace.Guardrails.Detection;

/// <summary>A recogniser's answer at one position.</summary>
public readonly record struct Match
{
    private Match(bool isDecided, int length, float score) => (IsDecided, Length, Score) = (isDecided, length, score);

    /// <summary>Nothing starts here, whatever follows.</summary>
    public static Match None { get; } = new(isDecided: true, 0, 0);

    /// <summary>It depends on text that has not come yet.</summary>
    public static Match Undecided { get; } = new(isDecided: false, 0, 0);

    /// <summary>Whether the answer holds whatever text follows.</summary>
    public bool IsDecided { get; }

    /// <summary>Length of what was found, in UTF-16 code units; 0 for nothing.</summary>
    public int Length { get; }

    /// <summary>Confidence in [0, 1].</summary>
    public float Score { get; }

    /// <summary>Something was found.</summary>
    public static Match Found(int length, float score) => new(isDecided: true, length, score);

    /// <summary>Something was found when the length is above zero.</summary>
    public static Match FoundIf(int length, float score) => length > 0 ? Found(length, score) : None;
}
