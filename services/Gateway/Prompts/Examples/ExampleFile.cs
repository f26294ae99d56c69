namespace Millrace.Gateway.Prompts.Examples;

/// <summary>An example as a prompt's file states it.</summary>
internal sealed class ExampleFile
{
    /// <summary>Most examples of a prompt.</summary>
    public const int CountMax = 1000;

    public string Question { get; set; } = string.Empty;

    public string Answer { get; set; } = string.Empty;

    /// <summary>Passages as the question's prompt would show them; empty for none.</summary>
    public string Context { get; set; } = string.Empty;

    /// <summary>Whether it has what an example needs.</summary>
    public bool IsWhole => !string.IsNullOrWhiteSpace(Question) && !string.IsNullOrWhiteSpace(Answer);
}

/// <summary>A question with its answer, which the model sees before the user's own.</summary>
/// <param name="Question">The question; by it an example is compared with the user's.</param>
/// <param name="Asked">The question as it is put to the model.</param>
/// <param name="Answer">The answer.</param>
public sealed record PromptExample(string Question, string Asked, string Answer);
