using System.Globalization;
using Millrace.Gateway.Prompts.Examples;
using Millrace.Gateway.Retrieval;

namespace Millrace.Gateway.Prompts;

/// <summary>A version of a prompt: for answers from passages, or a plain one, which is a system message.</summary>
public sealed class PromptTemplate
{
    private readonly TextTemplate _user;
    private readonly TextTemplate _passage;
    private readonly string _separator;
    private readonly HashSet<string> _smallTalk;

    /// <summary>Makes a template of a file's content, which was validated.</summary>
    internal PromptTemplate(PromptFile file)
    {
        Name = file.Name;
        Version = file.Version;
        System = file.System;
        Refusal = file.Refusal;
        _user = new TextTemplate(file.User);
        _passage = new TextTemplate(file.Passage);
        _separator = file.Separator;
        _smallTalk = [.. file.SmallTalk.Select(SmallTalk.Key)];
        IsGrounded = file.IsGrounded;
        (ExamplesMax, ExamplesTokensMax) = (file.ExamplesMax, file.ExamplesTokensMax);
        Examples = [.. file.Examples.Select(Example)];
    }

    /// <summary>Name, such as <c>rag_qa</c>.</summary>
    public string Name { get; }

    /// <summary>Version, such as <c>v3</c>.</summary>
    public string Version { get; }

    /// <summary>The system message.</summary>
    public string System { get; }

    /// <summary>Whether it is for answers from passages.</summary>
    public bool IsGrounded { get; }

    /// <summary>Questions with their answers, in the order of the file.</summary>
    public IReadOnlyList<PromptExample> Examples { get; }

    /// <summary>Most examples of one prompt.</summary>
    public int ExamplesMax { get; }

    /// <summary>Most tokens of them together.</summary>
    public int ExamplesTokensMax { get; }

    /// <summary>What is said when the passages have no answer.</summary>
    public string Refusal { get; }

    /// <summary>Whether an utterance asks nothing of the documents.</summary>
    public bool IsSmallTalk(string utterance) => _smallTalk.Contains(SmallTalk.Key(utterance));

    /// <summary>The user message for a question and its passages.</summary>
    public string Ask(string question, IEnumerable<RetrievedPassage> passages) =>
        _user.Fill(("context", string.Join(_separator, passages.Select(Render))), ("question", question));

    private PromptExample Example(ExampleFile file) => new(
        file.Question,
        IsGrounded && file.Context.Length > 0 ? _user.Fill(("context", file.Context), ("question", file.Question)) : file.Question,
        file.Answer);

    private string Render(RetrievedPassage passage) => _passage.Fill(
        ("number", passage.Number.ToString(CultureInfo.InvariantCulture)),
        ("source", passage.DocumentId),
        ("title", passage.Title),
        ("text", passage.Shown));
}
