using Microsoft.Extensions.DependencyInjection;
using Millrace.Contracts.Inference.V1;
using Millrace.Inference.Tests.Grpc;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;
using Millrace.Upstreams.Tests;

namespace Millrace.Inference.Tests.Upstreams;

/// <summary>A whole inference member whose only model is behind a fake upstream.</summary>
internal sealed class UpstreamMember : IAsyncDisposable
{
    public const string Model = "far-model";
    public const string RemoteModel = "vendor/model-1";
    public const string Key = "topsecret-0123456789";

    private UpstreamMember(ServiceUnderTest service) => (Service, Client) = (service, new(service.Invoker()));

    public ServiceUnderTest Service { get; }

    public InferenceService.InferenceServiceClient Client { get; }

    /// <summary>Starts a member.</summary>
    /// <param name="fake">The upstream.</param>
    /// <param name="time">Its time; null for the real one, with retries that wait a millisecond.</param>
    /// <param name="settings">Settings below <c>Inference:Upstreams:far</c>.</param>
    public static Task<UpstreamMember> StartAsync(
        FakeUpstream fake, ManualTimeProvider? time = null, params IEnumerable<(string Key, string Value)> settings) =>
        StartAsync(fake.Address, time, settings);

    /// <summary>Starts a member whose upstream is, or is not, at an address.</summary>
    public static async Task<UpstreamMember> StartAsync(
        string address, ManualTimeProvider? time = null, params IEnumerable<(string Key, string Value)> settings)
    {
        (string, string)[] own =
        [
            ("BaseAddress", address), ("ApiKey", Key), ($"Models:{Model}", RemoteModel), .. settings,
            .. time is null ? [("RetryDelay", "00:00:00.001")] : Array.Empty<(string, string)>(),
        ];
        return new UpstreamMember(await ServiceUnderTest.StartAsync(
            builder =>
            {
                builder.AddInference();
                if (time is not null) builder.Services.AddSingleton<TimeProvider>(time);
            },
            app => app.MapInference(),
            [("Inference:Model", Model), .. own.Select(pair => ($"Inference:Upstreams:far:{pair.Item1}", pair.Item2))]));
    }

    public static GenerateRequest Hello() =>
        new() { Model = Model, Chat = new ChatPrompt { Messages = { new ChatMessage { Role = ChatRole.User, Content = "Hello" } } } };

    public Task<GenerationResult> AskAsync(GenerateRequest? request = null) =>
        GenerationResult.OfAsync(Client, request ?? Hello()).DefaultTimeout();

    /// <summary>What a request fails with; the key must not be in it.</summary>
    public async Task<MillraceException> FailAsync(GenerateRequest? request = null)
    {
        var error = await Assert.ThrowsAsync<MillraceException>(() => AskAsync(request));
        Assert.DoesNotContain(Key, error.Message, StringComparison.Ordinal);
        Assert.Empty(Service.Errors);
        return error;
    }

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}
