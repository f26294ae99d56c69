using System.Globalization;
using Millrace.ApiKeys;

namespace Millrace.Cli.Keys;

/// <summary><c>keys</c>: makes, lists and revokes API keys. A running edge goes by a change within a second.</summary>
internal static class KeysCommand
{
    public static async Task<int> RunAsync(Arguments arguments, TextWriter output)
    {
        var store = new FileKeyStore(arguments.Require("--file"));
        try
        {
            return arguments.Value("create, list or revoke") switch
            {
                "create" => await CreateAsync(store, arguments, output),
                "list" => await ListAsync(store, output),
                "revoke" => await RevokeAsync(store, arguments.Value("ID", 2), output),
                "development" => await EnsureDevelopmentKeyAsync(store, arguments, output),
                var other => throw new UsageException($"'{other}' is not create, list or revoke."),
            };
        }
        catch (KeyStoreException error)
        {
            throw new CommandException(error.Message, error);
        }
    }

    private static async Task<int> CreateAsync(FileKeyStore store, Arguments arguments, TextWriter output)
    {
        var (key, text) = Draft(arguments).Create(TimeProvider.System.GetUtcNow());
        store.Change(keys => [.. keys, key]);
        await output.WriteLineAsync(
            $"Key {key.Id} ({key.Name}) for tenant {key.Tenant} with {string.Join(", ", key.Scopes)}. It is shown only now:\n\n  {text}\n");
        return 0;
    }

    private static KeyDraft Draft(Arguments arguments)
    {
        var draft = new KeyDraft
        {
            Name = arguments.Require("--name"),
            Labels = arguments.List("--labels") ?? [],
            Lifetime = arguments.Time("--expires"),
            RequestsPerMinute = arguments.Number("--requests-per-minute"),
            TokensPerMinute = arguments.Number("--tokens-per-minute"),
        };
        return draft with
        {
            Tenant = arguments.Find("--tenant") ?? draft.Tenant,
            Scopes = arguments.List("--scopes") ?? draft.Scopes,
        };
    }

    private static async Task<int> ListAsync(FileKeyStore store, TextWriter output)
    {
        var keys = store.Load();
        if (keys.Count == 0) await output.WriteLineAsync("There are no keys. Make one with: keys create --name NAME");
        foreach (var key in keys) await output.WriteLineAsync(Describe(key, TimeProvider.System.GetUtcNow()));
        return 0;
    }

    private static string Describe(ApiKey key, DateTimeOffset now)
    {
        List<string> parts = [key.Id, State(key, now), key.Name, $"tenant {key.Tenant}", string.Join(',', key.Scopes)];
        if (key.Labels.Count > 0) parts.Add($"labels {string.Join(',', key.Labels)}");
        if (key.RequestsPerMinute is { } requests) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{requests} requests/min"));
        if (key.TokensPerMinute is { } tokens) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{tokens} tokens/min"));
        if (key.ExpiresAt is { } end)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"until {end.UtcDateTime:yyyy-MM-dd HH:mm} UTC"));
        return string.Join("  ", parts);
    }

    private static string State(ApiKey key, DateTimeOffset now) =>
        key.Disabled ? "revoked" : key.ExpiresAt <= now ? "expired" : "active ";

    private static async Task<int> RevokeAsync(FileKeyStore store, string id, TextWriter output)
    {
        store.Change(keys => keys.Any(key => key.Id == id)
            ? [.. keys.Select(key => key.Id == id ? key with { Disabled = true } : key)]
            : throw new KeyStoreException($"There is no key '{id}'. 'keys list' shows which there are."));
        await output.WriteLineAsync($"Key {id} is revoked; a running system refuses it within a second.");
        return 0;
    }

    // The last line says whether the key is new, for the script that starts the system.
    private static async Task<int> EnsureDevelopmentKeyAsync(FileKeyStore store, Arguments arguments, TextWriter output)
    {
        var made = DevelopmentKey.Ensure(store, arguments.Require("--key-file"), TimeProvider.System);
        await output.WriteLineAsync(made ? "made" : "kept");
        return 0;
    }
}
