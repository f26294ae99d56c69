using Grpc.Core;
using Millrace.Contracts.Inference.V1;
using Millrace.Inference.Tests.Grpc;
using Millrace.LlamaCpp.Tests;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Models.Adapters;

/// <summary>An answer depends on its own adapter alone, whatever others the member computed with before or computes with besides.</summary>
public sealed class AdapterSwapTests : IAsyncLifetime
{
    private readonly List<ModelsMember> _members = [];
    private ModelsMember _member = null!;

    public async Task InitializeAsync() => _member = await StartAsync();

    public async Task DisposeAsync()
    {
        foreach (var member in _members) await member.DisposeAsync();
    }

    /// <summary>
    /// Kernels add up what is in the cache in an order that depends on where in it a sequence lies. So the fresh members, which know one
    /// adapter at most, first compute as many others of the same length, under salts of their own: then all lie where they lay.
    /// </summary>
    [Fact]
    public async Task Generate_AdaptersInTurnWithThePrefixCache_AreBitByBitWhatFreshMembersCompute()
    {
        await LoadAsync(_member, "a", "a.gguf");
        await LoadAsync(_member, "b", "b.gguf");
        string[] adapters = ["", "a", "b", ""];
        var swapped = new List<GenerationResult>();
        foreach (var adapter in adapters) swapped.Add(await AskAsync(_member, adapter));

        Assert.Equal(Outputs(await AloneAsync("")), Outputs(swapped[0]));
        Assert.Equal(Outputs(await AloneAsync("a", "1")), Outputs(swapped[1]));
        Assert.Equal(Outputs(await AloneAsync("b", "1", "2")), Outputs(swapped[2]));
        Assert.Equal(Outputs(await AloneAsync("", "", "1", "2")), Outputs(swapped[3]));
        Assert.All(swapped.Take(3), result => Assert.Equal(0u, result.Started.CachedTokens));
        Assert.Equal(swapped[3].Started.PromptTokens - 1, swapped[3].Started.CachedTokens);
        Assert.Equal(24 * 20, Outputs(swapped[0]).Count);
        Assert.NotEqual(Outputs(swapped[0]), Outputs(swapped[1]));
        Assert.NotEqual(Outputs(swapped[1]), Outputs(swapped[2]));
    }

    [Fact]
    public async Task Generate_BaseAndAdapterTogether_BothProgressAndAnswerAsAlone()
    {
        await LoadAsync(_member, "a", "a.gguf");
        var texts = new[] { await TextAsync(""), await TextAsync("a") };

        for (var round = 0; round < 3; round++)
        {
            var together = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => TextAsync(i % 2 == 0 ? "" : "a"))).DefaultTimeout();
            Assert.All(together.Index(), item => Assert.Equal(texts[item.Index % 2], item.Item));
        }

        Assert.NotEqual(texts[0], texts[1]);
    }

    [Fact]
    public async Task Unload_WhileItStreams_IsFinishedWithIt()
    {
        await LoadAsync(_member, "a", "a.gguf");
        var expected = await TextAsync("a", tokens: 300);
        using var call = _member.Client.Generate(Plain("a", 300));
        await call.ResponseStream.MoveNext(CancellationToken.None).DefaultTimeout();

        await _member.Client.UnloadAdapterAsync(new UnloadAdapterRequest { Name = "a" });
        var refusal = await ModelsMember.RefusedAsync(() => TextAsync("a"));
        var text = "";
        await foreach (var message in call.ResponseStream.ReadAllAsync()) text += message.Tokens?.Text;

        Assert.Equal(Reason.ModelNotFound, refusal.Reason);
        Assert.Equal(expected, text);
    }

    [Fact]
    public async Task Load_SameNameWhileItStreams_OldStreamGoesOnAndNewRequestsGetTheNewOne()
    {
        await LoadAsync(_member, "a", "a.gguf");
        await LoadAsync(_member, "b", "b.gguf");
        var (old, other) = (await TextAsync("a", tokens: 300), await TextAsync("b"));
        using var call = _member.Client.Generate(Plain("a", 300));
        await call.ResponseStream.MoveNext(CancellationToken.None).DefaultTimeout();

        await LoadAsync(_member, "a", "b.gguf");
        var replaced = await TextAsync("a");
        var text = "";
        await foreach (var message in call.ResponseStream.ReadAllAsync()) text += message.Tokens?.Text;

        Assert.Equal(old, text);
        Assert.Equal(other, replaced);
    }

    private async Task<ModelsMember> StartAsync()
    {
        var member = await ModelsMember.StartAsync([]);
        _members.Add(member);
        LoraFile.Write(member.Folder.File("adapters/a.gguf"), seed: 1);
        LoraFile.Write(member.Folder.File("adapters/b.gguf"), seed: 2);
        return member;
    }

    /// <summary>The answer of a member that never saw another adapter than this one, after the same prompt under some salts.</summary>
    private async Task<GenerationResult> AloneAsync(string adapter, params IEnumerable<string> salts)
    {
        var member = await StartAsync();
        if (adapter.Length > 0) await LoadAsync(member, adapter, adapter + ".gguf");
        foreach (var salt in salts) await AskAsync(member, adapter, salt);
        return await AskAsync(member, adapter);
    }

    private static async Task LoadAsync(ModelsMember member, string name, string file) =>
        await member.Client.LoadAdapterAsync(new LoadAdapterRequest { Name = name, File = file, Scale = 4 });

    private static Task<GenerationResult> AskAsync(ModelsMember member, string adapter, string salt = "")
    {
        var request = Prompts.Greedy(Prompts.Handwritten().First().Chat);
        (request.Model, request.CacheSalt) = (NameOf(adapter), salt);
        (request.MaxTokens, request.IgnoreEnd, request.Logprobs, request.TopLogprobs) = (24, true, true, 20);
        return GenerationResult.OfAsync(member.Client, request).DefaultTimeout();
    }

    /// <summary>Every logarithm of a probability that is told, exactly.</summary>
    private static List<(int Id, int Bits)> Outputs(GenerationResult result) =>
        [.. result.Tokens.SelectMany(token => token.Top).Select(top => ((int)top.Id, BitConverter.SingleToInt32Bits(top.Logprob)))];

    private async Task<string> TextAsync(string adapter, uint tokens = 24) =>
        (await GenerationResult.OfAsync(_member.Client, Plain(adapter, tokens)).DefaultTimeout()).Text;

    private static GenerateRequest Plain(string adapter, uint tokens) => new()
    {
        Model = NameOf(adapter),
        Text = "Study rooms can be booked for two hours at the desk",
        MaxTokens = tokens,
        IgnoreEnd = true,
        Sampling = new SamplingParameters { Temperature = 0 },
    };

    private static string NameOf(string adapter) => adapter.Length == 0 ? ModelsMember.Default : $"{ModelsMember.Default}:{adapter}";
}
