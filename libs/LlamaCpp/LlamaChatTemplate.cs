using System.Text;
using Millrace.LlamaCpp.Interop;

namespace Millrace.LlamaCpp;

/// <summary>One message of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Content">The text, as it is; control tokens spelled in it are not escaped.</param>
public sealed record LlamaChatMessage(string Role, string Content);

/// <summary>Renders conversations by a model's chat template.</summary>
public static unsafe class LlamaChatTemplate
{
    /// <summary>
    /// Renders <paramref name="messages"/>. The library runs no Jinja: it recognises the known families of templates by their text
    /// (ChatML, Llama 2/3, Mistral, Gemma, Phi, ...).
    /// </summary>
    /// <param name="template">The template from the model's metadata, or the name of a built-in one such as <c>chatml</c>.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="addAssistant">End with the start of the assistant's turn.</param>
    /// <exception cref="LlamaException">The template is not one that the library knows.</exception>
    public static string Apply(string template, IReadOnlyList<LlamaChatMessage> messages, bool addAssistant = true)
    {
        ArgumentOutOfRangeException.ThrowIfZero(messages.Count, nameof(messages));
        var texts = Pack(messages, out var offsets);
        var buffer = new byte[(texts.Length * 2) + 256];
        var length = Apply(template, texts, offsets, addAssistant, buffer);
        if (length > buffer.Length)
        {
            buffer = new byte[length];
            length = Apply(template, texts, offsets, addAssistant, buffer);
        }

        if (length < 0)
            throw new LlamaException(
                LlamaFailure.TemplateUnsupported, "llama.cpp does not know this chat template; name a built-in one such as chatml");
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private static int Apply(string template, byte[] texts, int[] offsets, bool addAssistant, byte[] buffer)
    {
        var native = new NativeChatMessage[offsets.Length / 2];
        fixed (byte* text = texts)
        fixed (byte* output = buffer)
        fixed (NativeChatMessage* messages = native)
        {
            for (var i = 0; i < native.Length; i++)
                native[i] = new() { Role = text + offsets[2 * i], Content = text + offsets[(2 * i) + 1] };
            return LlamaLibrary.ApplyChatTemplate(template, messages, (nuint)native.Length, addAssistant, output, buffer.Length);
        }
    }

    // Roles and contents one after another, each zero-terminated; offsets are where each begins.
    private static byte[] Pack(IReadOnlyList<LlamaChatMessage> messages, out int[] offsets)
    {
        var starts = new List<int>(messages.Count * 2);
        using var bytes = new MemoryStream();
        foreach (var text in messages.SelectMany(message => new[] { message.Role, message.Content }))
        {
            starts.Add((int)bytes.Position);
            bytes.Write(Encoding.UTF8.GetBytes(text.Replace("\0", "", StringComparison.Ordinal)));
            bytes.WriteByte(0);
        }

        offsets = [.. starts];
        return bytes.ToArray();
    }
}
