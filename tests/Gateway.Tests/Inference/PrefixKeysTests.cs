using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Inference;

namespace Millrace.Gateway.Tests.Inference;

public sealed class PrefixKeysTests
{
    private static readonly string Long = string.Concat(Enumerable.Range(0, 4000).Select(i => $"Line {i} of the manual. "));

    [Fact]
    public void AddTo_SamePrompt_GivesTheSameKeysEverywhere()
    {
        // Gateways of different releases share members: another value would make their keys useless to each other.
        Assert.Equal([0x10D330D4CB7214BEUL], Keys(Chat(("s", "You are helpful."))));
        Assert.Equal(Keys(Chat(("s", "You are helpful."), ("u", "Hi"))), Keys(Chat(("s", "You are helpful."), ("u", "Hi"))));
    }

    [Fact]
    public void AddTo_NextTurn_ExtendsTheKeys()
    {
        var first = Keys(Chat(("s", "You are helpful."), ("u", "Hi")));
        var second = Keys(Chat(("s", "You are helpful."), ("u", "Hi"), ("a", "Hello!"), ("u", "More")));

        Assert.Equal((2, 4), (first.Count, second.Count));
        Assert.Equal(first, second.Take(2));
    }

    // The message's marks are three bytes of the first block.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(508, 0)]
    [InlineData(509, 1)]
    [InlineData(5000, 9)]
    [InlineData(20_000, 23)]
    [InlineData(70_000, 32)]
    public void AddTo_TextsThatDifferFromSomewhere_ShareTheKeysBeforeIt(int position, int shared)
    {
        var first = Keys(Chat(("u", Long)));
        var second = Keys(Chat(("u", Long[..position] + "#" + Long[(position + 1)..])));

        Assert.Equal(shared, first.Zip(second).TakeWhile(pair => pair.First == pair.Second).Count());
        Assert.Empty(first.Skip(shared).Intersect(second.Skip(shared)));
    }

    [Fact]
    public void AddTo_OneTextBeginsWithTheOther_SharesItsBlocks()
    {
        var part = Keys(Chat(("u", Long[..3000])));
        var whole = Keys(Chat(("u", Long)));

        // Five blocks; the sixth key of the part is the end of its message, which the whole does not have.
        Assert.Equal((6, 5), (part.Count, part.Intersect(whole).Count()));
    }

    [Fact]
    public void AddTo_SixteenMebibytes_IsCoveredToTheEnd()
    {
        var text = new string('x', 16 * 1024 * 1024);

        var keys = Keys(Chat(("u", text)));
        var other = Keys(Chat(("u", text[..^2_000_000] + "#" + text[..1_999_999])));

        Assert.Equal((PrefixKeys.KeysMax, PrefixKeys.KeysMax), (keys.Count, keys.Distinct().Count()));
        Assert.NotEqual(keys[^1], other[^1]);
        Assert.Equal(keys[..^2], other[..^2]);
    }

    [Fact]
    public void AddTo_ThousandMessages_AreCoveredToTheEnd()
    {
        var turns = Enumerable.Range(0, 1000).Select(turn => (turn % 2 == 0 ? "u" : "a", $"Turn {turn}. {Long[..600]}")).ToArray();
        var changed = turns.ToArray();
        changed[700].Item2 = "Something else. " + Long[..600];

        var (keys, other) = (Keys(Chat(turns)), Keys(Chat(changed)));
        var shared = keys.Zip(other).TakeWhile(pair => pair.First == pair.Second).Count();

        Assert.InRange(keys.Count, shared + 1, PrefixKeys.KeysMax);
        Assert.True(shared > keys.Count / 2);
    }

    [Fact]
    public void AddTo_ModelAdapterSaltOrToolsDiffer_SharesNothing()
    {
        GenerateRequest[] requests = [.. Enumerable.Range(0, 5).Select(_ => Chat(("s", Long[..2000]), ("u", "Hi")))];
        requests[1].Model = "other";
        requests[2].Model += ":adapter";
        requests[3].CacheSalt = "tenant";
        requests[4].Tools.Add(new ToolDefinition { Name = "look_up" });

        var keys = requests.SelectMany(Keys).ToList();

        Assert.Equal(keys.Count, keys.Distinct().Count());
    }

    [Fact]
    public void AddTo_TextMovesBetweenPlaces_IsAnotherPrompt()
    {
        GenerateRequest[] requests =
        [
            Chat(("u", "ab")), Chat(("s", "ab")), Chat(("u", "a"), ("u", "b")), Chat(("u", "a"), ("a", "b")), Chat(("u", "b"), ("u", "a")),
            new() { Model = "m", Text = "ab" },
        ];
        requests[0].Chat.Messages.Add(new ChatMessage { Role = ChatRole.User, Name = "a", Content = "b" });

        var last = requests.Select(request => Keys(request)[^1]).ToList();

        Assert.Equal(last.Count, last.Distinct().Count());
    }

    [Fact]
    public void AddTo_LastMessageIsContinued_HasNoEnd()
    {
        var open = Chat(("u", "Hi"), ("a", "Once upon"));
        open.Chat.ContinueLastMessage = true;

        Assert.Equal(Keys(Chat(("u", "Hi"))), Keys(open));
    }

    [Fact]
    public void AddTo_Tokens_SharesTheCommonBeginning()
    {
        var first = new GenerateRequest { Tokens = new TokenSequence { Ids = { Enumerable.Range(0, 1000) } } };
        var second = new GenerateRequest { Tokens = new TokenSequence { Ids = { Enumerable.Range(0, 700) } } };

        // 128 ids are a block of 512 bytes.
        Assert.Equal(5, Keys(first).Intersect(Keys(second)).Count());
    }

    [Fact]
    public void AddTo_RequestWithKeys_KeepsThem()
    {
        var request = Chat(("u", "Hi"));
        request.PrefixKeys.Add(5);

        PrefixKeys.AddTo(request);

        Assert.Equal(5ul, Assert.Single(request.PrefixKeys));
    }

    [Fact]
    public void Hash_CutAnywhere_IsTheSame()
    {
        var bytes = Enumerable.Range(0, 100).Select(i => (byte)(i * 7)).ToArray();
        var whole = new PrefixHash(1);
        whole.Append(bytes);

        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var parts = new PrefixHash(1);
            parts.Append(bytes.AsSpan(0, cut));
            parts.Append(bytes.AsSpan(cut));
            Assert.Equal(whole.Value, parts.Value);
        }
    }

    [Fact]
    public void Hash_MillionShortStreams_DoNotCollide()
    {
        var values = new HashSet<ulong>();
        Span<byte> bytes = stackalloc byte[9];
        for (var number = 0; number < 1_000_000; number++)
        {
            BitConverter.TryWriteBytes(bytes, number);
            var hash = new PrefixHash(7);
            hash.Append(bytes[..(4 + (number % 6))]);
            values.Add(hash.Value);
        }

        Assert.Equal(1_000_000, values.Count);
    }

    [Fact]
    public void Hash_OneBitDiffers_ChangesHalfOfTheBits()
    {
        var bytes = new byte[64];
        var flips = 0;
        for (var bit = 0; bit < 512; bit++)
        {
            var (plain, flipped) = (new PrefixHash(3), new PrefixHash(3));
            plain.Append(bytes);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            flipped.Append(bytes);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            flips += System.Numerics.BitOperations.PopCount(plain.Value ^ flipped.Value);
        }

        Assert.InRange(flips / 512.0, 28, 36);
    }

    private static List<ulong> Keys(GenerateRequest request)
    {
        var copy = request.Clone();
        PrefixKeys.AddTo(copy);
        return [.. copy.PrefixKeys];
    }

    private static GenerateRequest Chat(params (string Role, string Content)[] turns)
    {
        var request = new GenerateRequest { Model = "m", Chat = new ChatPrompt() };
        foreach (var (role, content) in turns)
            request.Chat.Messages.Add(new ChatMessage
            {
                Role = role switch { "s" => ChatRole.System, "a" => ChatRole.Assistant, _ => ChatRole.User },
                Content = content,
            });
        return request;
    }
}
