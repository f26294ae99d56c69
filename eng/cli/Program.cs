using Millrace.Cli;

// The verbs behind ./run; see ./run --help.
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stop.Cancel();
};
return await CommandLine.RunAsync(args, Console.Out, stop.Token);
