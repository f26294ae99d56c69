// A service for the tests of the orchestrator. Its variables steer it:
//   EXIT_CODE             say why on the standard error and end at once with that code
//   HEALTHY_WHEN_EXISTS   /health answers 503 until that file exists
//   STOP_LOG              a file that receives OTEL_SERVICE_NAME when the service is asked to stop
//   IGNORE_TERM           stay where it is when asked to stop
using System.Collections;
using System.Globalization;

if (Environment.GetEnvironmentVariable("EXIT_CODE") is { } exitCode)
{
    Console.Error.WriteLine("no lamp oil");
    return int.Parse(exitCode, CultureInfo.InvariantCulture);
}

var builder = WebApplication.CreateSlimBuilder(args);
var app = builder.Build();
var name = Environment.GetEnvironmentVariable("OTEL_SERVICE_NAME");
var healthFile = Environment.GetEnvironmentVariable("HEALTHY_WHEN_EXISTS");

if (Environment.GetEnvironmentVariable("STOP_LOG") is { } stopLog)
    app.Lifetime.ApplicationStopping.Register(() => File.AppendAllText(stopLog, $"{name}\n"));
using var never = new ManualResetEvent(initialState: false);
if (Environment.GetEnvironmentVariable("IGNORE_TERM") is not null) app.Lifetime.ApplicationStopping.Register(() => never.WaitOne());

app.MapGet("/health", () => healthFile is null || File.Exists(healthFile) ? Results.Ok() : Results.StatusCode(503));
app.MapGet("/pid", () => Environment.ProcessId);
app.MapGet("/environment", () => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
    .ToDictionary(entry => (string)entry.Key, entry => entry.Value?.ToString()));
app.MapPost("/echo", (HttpRequest request) => Results.Stream(request.Body));
await app.RunAsync();
return 0;
