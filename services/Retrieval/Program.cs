using Millrace.Retrieval;
using Millrace.ServiceDefaults.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRetrieval();

var app = builder.Build();
app.MapServiceDefaults();
app.MapRetrieval();
app.Run();
