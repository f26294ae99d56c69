using Millrace.Cli.Catalog;
using Millrace.Cli.Evaluation;
using Millrace.Cli.Keys;
using Millrace.Cli.Readiness;

namespace Millrace.Cli;

/// <summary>Dispatches the verbs: <c>ready</c>, <c>eval</c>, <c>pull</c>, <c>keys</c>. Exit codes: 0 done, 1 failed, 2 unusable
/// arguments.</summary>
public static class CommandLine
{
    private const string Usage = """
        usage: ready --url URL --pid PID [--timeout SECONDS]    wait until the system at URL answers, then say how to use it
               eval  --url URL --questions FILE [--verbose]     ask the sample questions and print how they were answered
               pull  NAME --catalog FILE --folder FOLDER        download a model of the catalogue; prints its path last
               keys  create --name NAME [--tenant T] [--scopes a,b] [--labels a,b] [--expires 30d]
                            [--requests-per-minute N] [--tokens-per-minute N]    make an API key; prints it once
               keys  list | keys revoke ID                      show the keys; end one
        """;

    /// <summary>Runs one verb.</summary>
    /// <param name="args">The verb and its arguments.</param>
    /// <param name="output">Where the results go.</param>
    /// <param name="cancellationToken">Ends the verb early.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, CancellationToken cancellationToken)
    {
        try
        {
            var arguments = new Arguments(args);
            return arguments.Verb switch
            {
                "ready" => await ReadyCommand.RunAsync(arguments, output, cancellationToken),
                "eval" => await EvalCommand.RunAsync(arguments, output, cancellationToken),
                "keys" => await KeysCommand.RunAsync(arguments, output),
                "pull" => await PullCommand.RunAsync(arguments, output, cancellationToken),
                _ => throw new UsageException($"'{arguments.Verb}' is not a verb."),
            };
        }
        catch (UsageException error)
        {
            await output.WriteLineAsync($"{error.Message}\n{Usage}");
            return 2;
        }
        catch (CommandException error)
        {
            await output.WriteLineAsync(error.Message);
            return 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await output.WriteLineAsync("stopped");
            return 1;
        }
    }
}

/// <summary>A verb failed; the message says what to do.</summary>
public sealed class CommandException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The arguments do not fit.</summary>
public sealed class UsageException(string message) : Exception(message);
