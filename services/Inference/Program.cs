using Millrace.Inference;
using Millrace.ServiceDefaults.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddInference();

var app = builder.Build();
app.MapServiceDefaults();
app.MapInference();
app.Run();
