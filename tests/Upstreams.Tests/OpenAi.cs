namespace Millrace.Upstreams.Tests;

/// <summary>Events of OpenAI's API, as it documents them.</summary>
internal static class OpenAi
{
    public const string Done = "[DONE]";
    public const string Role = Head + """[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""";

    private const string Head = """{"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":""";

    public static string Text(string text, int choice = 0) => Chunk(choice, $$"""{"content":"{{text}}"}""");

    public static string Chunk(int choice, string delta, string finish = "null") =>
        $$"""{{Head}}[{"index":{{choice}},"delta":{{delta}},"finish_reason":{{finish}} }]}""";

    public static string Finish(string reason, int choice = 0) => Chunk(choice, "{}", $"\"{reason}\"");

    public static string Usage(string prompt, string completion, string cached = "0") =>
        $$"""{{Head}}[],"usage":{"prompt_tokens":{{prompt}},"completion_tokens":{{completion}},"prompt_tokens_details":{"cached_tokens":"""
        + cached + "}}}";

    public static IEnumerable<string> Whole(string text) => [Role, Text(text), Finish("stop"), Usage("9", "2", "4"), Done];
}
