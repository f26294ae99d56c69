using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Contracts.Inference.V1;
using Millrace.Inference.Tests.Grpc;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Models;

/// <summary>A member with a models folder of its own, in which the built-in chat model stands under several names.</summary>
internal sealed class ModelsMember : IAsyncDisposable
{
    public const string Default = InferenceMember.Model;

    private static readonly string BuiltIn = Path.Combine(RepoPaths.Models, Default + ".gguf");

    private readonly ServiceUnderTest _service;

    private ModelsMember(ServiceUnderTest service, TemporaryFolder folder)
    {
        _service = service;
        Folder = folder;
        Client = new InferenceService.InferenceServiceClient(service.Invoker());
    }

    public static byte[] BuiltInBytes { get; } = File.ReadAllBytes(BuiltIn);

    public TemporaryFolder Folder { get; }

    public InferenceService.InferenceServiceClient Client { get; }

    public IServiceProvider Services => _service.Services;

    public static async Task<ModelsMember> StartAsync(
        IEnumerable<string> copies, TimeProvider? time = null, params IEnumerable<(string Key, string Value)> settings)
    {
        var folder = new TemporaryFolder();
        foreach (var name in copies.Prepend(Default)) File.Copy(BuiltIn, folder.File(name + ".gguf"));
        Directory.CreateDirectory(folder.File("adapters"));
        var service = await ServiceUnderTest.StartAsync(
            builder =>
            {
                builder.AddInference();
                if (time is not null) builder.Services.AddSingleton(time);
            },
            app => app.MapInference(),
            [("MILLRACE_MODELS_DIR", folder.Path), ("Inference:Model", Default), .. settings]);
        var member = new ModelsMember(service, folder);
        await member.CountAsync(Default);
        return member;
    }

    /// <summary>Uses a model for a moment.</summary>
    public async Task CountAsync(string model) =>
        await Client.CountTokensAsync(new CountTokensRequest { Model = model, Texts = { "text" } }).ResponseAsync.DefaultTimeout();

    /// <summary>Uses a model until the call is disposed.</summary>
    public async Task<AsyncServerStreamingCall<GenerateResponse>> UseAsync(string model)
    {
        var call = Client.Generate(new GenerateRequest { Model = model, Text = "The", IgnoreEnd = true, ChoiceCount = 8 });
        await call.ResponseStream.MoveNext(CancellationToken.None).DefaultTimeout();
        return call;
    }

    public async Task<string> GreedyAsync(string model)
    {
        var request = new GenerateRequest { Model = model, Text = "Study rooms can", MaxTokens = 24, IgnoreEnd = true };
        request.Sampling = new SamplingParameters { Temperature = 0 };
        return (await GenerationResult.OfAsync(Client, request).DefaultTimeout()).Text;
    }

    public async Task<List<ModelInfo>> LoadAsync(string model, bool pin = false)
    {
        using var call = Client.LoadModel(new LoadModelRequest { Model = model, Pin = pin });
        List<ModelInfo> messages = [];
        while (await call.ResponseStream.MoveNext(CancellationToken.None).DefaultTimeout())
            messages.Add(call.ResponseStream.Current.Model.Clone());
        return messages;
    }

    public async Task UnloadAsync(string model) =>
        await Client.UnloadModelAsync(new UnloadModelRequest { Model = model }).ResponseAsync.DefaultTimeout();

    public async Task<ModelInfo> InfoAsync(string model) =>
        (await Client.ListModelsAsync(new ListModelsRequest())).Models.Single(info => info.Name == model);

    public async Task<string[]> InMemoryAsync() =>
        [.. (await Client.ListModelsAsync(new ListModelsRequest())).Models.Where(info => info.State == ModelState.Loaded)
            .Select(info => info.Name)];

    /// <summary>Waits until a model is in a state, asking again and again.</summary>
    public async Task UntilAsync(string model, ModelState state)
    {
        using var limit = new CancellationTokenSource(TaskTimeouts.Default);
        while ((await InfoAsync(model)).State != state)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Puts a file into the models folder, over one that is there.</summary>
    public void Put(string name, ReadOnlySpan<byte> bytes)
    {
        var path = Folder.File(name);
        File.WriteAllBytes(path + ".new", bytes);
        File.Move(path + ".new", path, overwrite: true);
    }

    public static async Task<MillraceException> RefusedAsync(Func<Task> call)
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(call);
        var refusal = error as MillraceException ?? Assert.IsType<RpcException>(error).ToMillraceException("inference");
        Assert.DoesNotContain('\n', refusal.Message);
        return refusal;
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        Folder.Dispose();
    }
}
