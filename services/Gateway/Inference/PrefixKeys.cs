using System.Buffers.Binary;
using System.Text.Unicode;
using Google.Protobuf.Collections;
using Millrace.Contracts.Inference.V1;

namespace Millrace.Gateway.Inference;

/// <summary>
/// The keys of a prompt's beginnings. The prompt is one stream of bytes: roles, names and texts in their order, with separators that UTF-8
/// cannot hold. A key is the hash of all of it up to a point: the end of a message, or of a block inside a long one. Whether a point has a
/// key depends on what is before it alone, so two prompts share exactly the keys of what they have in common.
/// </summary>
/// <remarks>
/// The first <see cref="DenseKeys"/> points lie at every border and every 512 bytes; from there the distance doubles with each
/// <see cref="KeysPerDoubling"/> keys, so that <see cref="KeysMax"/> keys reach through 16 MiB of one message and through at least half of
/// that however the messages are cut. Model and adapter, cache salt and tools are in every key. Several gateways must agree on the
/// keys of the
/// members that they share, so the hash starts from a constant and no secret: whoever knows a salt can construct prompts of equal keys. A
/// collision costs one badly chosen member. What a member reuses it decides by comparing tokens, never by these keys.
/// </remarks>
internal static class PrefixKeys
{
    /// <summary>Keys of one prompt at most, as the contract has it.</summary>
    public const int KeysMax = 64;

    /// <summary>Bytes of a block while blocks are small.</summary>
    public const int BlockBytes = 512;

    private const int DenseKeys = 16;
    private const int KeysPerDoubling = 4;
    private const ulong Seed = 0x4D696C6C72616365;

    private const byte MessageMark = 0xFF;
    private const byte ContentMark = 0xFE;
    private const byte EndMark = 0xFD;
    private const byte PartMark = 0xFC;

    /// <summary>Adds the keys of a request's prompt to it, unless it has some.</summary>
    public static void AddTo(GenerateRequest request)
    {
        if (request.PrefixKeys.Count > 0) return;
        var chain = new Chain(SeedOf(request), request.PrefixKeys);
        switch (request.PromptCase)
        {
            case GenerateRequest.PromptOneofCase.Chat: Add(ref chain, request.Chat); break;
            case GenerateRequest.PromptOneofCase.Text: chain.Text(request.Text); chain.Border(); break;
            case GenerateRequest.PromptOneofCase.Tokens: Add(ref chain, request.Tokens); break;
        }
    }

    /// <summary>Bytes from the key before to the next one inside a message.</summary>
    /// <param name="index">Index of the next key.</param>
    internal static int Distance(int index) => index < DenseKeys
        ? BlockBytes
        : BlockBytes << (((index - DenseKeys) / KeysPerDoubling) + 1);

    private static ulong SeedOf(GenerateRequest request)
    {
        var seed = new Chain(Seed, null);
        seed.Part(request.Model);
        seed.Part(request.CacheSalt);
        seed.Mark((byte)request.PromptCase);
        foreach (var tool in request.Tools)
        {
            seed.Part(tool.Name);
            seed.Part(tool.Description);
            seed.Part(tool.ParametersSchema);
        }

        return seed.Value;
    }

    private static void Add(ref Chain chain, ChatPrompt chat)
    {
        for (var index = 0; index < chat.Messages.Count; index++)
        {
            Add(ref chain, chat.Messages[index]);

            // A message that the model continues has not ended.
            if (chat.ContinueLastMessage && index == chat.Messages.Count - 1) break;
            chain.Mark(EndMark);
            chain.Border();
        }
    }

    private static void Add(ref Chain chain, ChatMessage message)
    {
        chain.Mark(MessageMark);
        chain.Mark((byte)message.Role);
        chain.Text(message.Name);
        if (message.ToolCallId.Length > 0) chain.Part(message.ToolCallId);
        chain.Mark(ContentMark);
        chain.Text(message.Content);
        foreach (var call in message.ToolCalls)
        {
            chain.Part(call.Name);
            chain.Part(call.Arguments);
        }
    }

    private static void Add(ref Chain chain, TokenSequence tokens)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        foreach (var id in tokens.Ids)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, id);
            chain.Append(bytes);
        }

        chain.Border();
    }

    /// <summary>The stream, which writes a key at each point that has one.</summary>
    /// <param name="seed">Where the hash starts.</param>
    /// <param name="keys">Takes the keys; null for a stream of which only the end counts.</param>
    private struct Chain(ulong seed, RepeatedField<ulong>? keys)
    {
        private readonly RepeatedField<ulong>? _keys = keys;
        private PrefixHash _hash = new(seed);
        private int _bytesSinceKey;

        public readonly ulong Value => _hash.Value;

        public void Mark(byte mark) => Append([mark]);

        public void Part(string text)
        {
            Mark(PartMark);
            Text(text);
        }

        public void Text(string text)
        {
            Span<byte> buffer = stackalloc byte[BlockBytes];
            for (ReadOnlySpan<char> rest = text; rest.Length > 0;)
            {
                Utf8.FromUtf16(rest, buffer, out var read, out var written);
                Append(buffer[..written]);
                rest = rest[read..];
            }
        }

        public void Append(ReadOnlySpan<byte> bytes)
        {
            while (_keys is { Count: < KeysMax } && Distance(_keys.Count) - _bytesSinceKey is var left && left <= bytes.Length)
            {
                Take(bytes[..left]);
                AddKey();
                bytes = bytes[left..];
            }

            Take(bytes);
        }

        /// <summary>The end of a message: a point of its own unless it lies close behind the one before.</summary>
        public void Border()
        {
            if (_keys is not { Count: < KeysMax } || _bytesSinceKey == 0) return;
            if (_keys.Count < DenseKeys || _bytesSinceKey >= Distance(_keys.Count) / 2) AddKey();
        }

        private void Take(ReadOnlySpan<byte> bytes)
        {
            _hash.Append(bytes);
            _bytesSinceKey += bytes.Length;
        }

        private void AddKey()
        {
            _keys!.Add(_hash.Value);
            _bytesSinceKey = 0;
        }
    }
}
