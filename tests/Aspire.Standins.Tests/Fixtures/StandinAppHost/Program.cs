// An AppHost for the tests: two services, one after the other, a program with a child of its own, and one that starts on demand.
using Aspire.Hosting;

var builder = DistributedApplication.CreateBuilder(args);
const string Service = "../StandinService/StandinService.csproj";

var back = builder.AddProject("back", Service).WithHttpEndpoint().WithHttpHealthCheck("/health");
builder.AddProject("front", Service).WithHttpEndpoint(port: 18080).WithHttpHealthCheck("/health").WithReference(back).WaitFor(back);
builder.AddProject("later", Service).WithHttpEndpoint().WithHttpHealthCheck("/health").WithExplicitStart();
builder.AddExecutable("tree", "sh", ".", "-c", "sleep 1000 & echo child $!; wait").WithOtlpExporter();

if (builder.Configuration["Broken"] is not null)
    builder.AddProject("broken", Service).WithHttpEndpoint().WithHttpHealthCheck("/health").WithEnvironment("EXIT_CODE", "3");
if (builder.Configuration["Fail"] is not null) throw new ArgumentException("asked to fail");
builder.Build().Run();
