using System.Text.Json;
using Millrace.Gateway.Tests.Fakes;
using Millrace.Upstreams.Tests;

namespace Millrace.Gateway.Tests.Upstreams;

/// <summary>A gateway that reaches a fake upstream itself, beside a pool.</summary>
internal static class DirectPlatform
{
    public const string Model = "far-model";
    public const string RemoteModel = "vendor/model-1";
    public const string Key = "topsecret-0123456789";
    public const string RequestId = "req-direct";

    /// <summary>Starts it.</summary>
    /// <param name="fake">The upstream.</param>
    /// <param name="memberCount">Members of the pool.</param>
    /// <param name="settings">Settings below <c>Gateway:Upstreams:far</c>, or whole ones that have a colon first.</param>
    public static Task<Platform> StartAsync(
        FakeUpstream fake, int memberCount = 1, params IEnumerable<(string Key, string Value)> settings)
    {
        (string, string)[] own =
        [
            ("BaseAddress", fake.Address), ("ApiKey", Key), ($"Models:{Model}", RemoteModel), ("ContextTokens", "8192"),
            ("RetryDelay", "00:00:00.001"),

            // The guard holds text back until it has seen enough of it.
            (":Gateway:GuardPolicy", GatewayOptions.NoGuard),
        ];
        return Platform.StartAsync(
            memberCount,
            settings: own.Concat(settings).Select(setting => (Path(setting.Item1), setting.Item2)));
    }

    /// <summary>Posts a chat; the answer may still be on its way.</summary>
    public static Task<HttpResponseMessage> ChatDirectAsync(this Platform platform, string model = Model, bool stream = false) =>
        platform.Http.PostAsync(
            "/v1/chat/completions",
            new { model, stream, messages = new[] { new { role = "user", content = "Say it" } } },
            ("x-request-id", RequestId));

    /// <summary>The text of an answer that is no stream.</summary>
    public static async Task<string?> ContentAsync(this HttpResponseMessage response)
    {
        var json = await response.JsonAsync();
        Assert.True(response.IsSuccessStatusCode, json.GetRawText());
        return json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
    }

    /// <summary>The members that were asked for the last chat, and why these.</summary>
    public static async Task<string[]> RoutesAsync(this Platform platform)
    {
        using var response = await platform.Http.GetAsync($"/v1/requests/{RequestId}/explain");
        return
        [
            .. (await response.JsonAsync()).GetProperty("decisions").EnumerateArray()
                .Where(decision => decision.GetProperty("step").GetString() == "route")
                .Select(Describe),
        ];
    }

    private static string Describe(JsonElement route) =>
        $"{route.GetProperty("decided").GetString()} {route.GetProperty("facts").GetProperty("why").GetString()}";

    private static string Path(string setting) => setting[0] == ':' ? setting[1..] : $"Gateway:Upstreams:far:{setting}";
}
