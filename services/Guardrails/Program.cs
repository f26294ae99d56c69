using Millrace.Guardrails;
using Millrace.ServiceDefaults.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddGuardrails();

var app = builder.Build();
app.MapServiceDefaults();
app.MapGuardrails();
app.Run();
