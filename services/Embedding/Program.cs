using Millrace.Embedding;
using Millrace.ServiceDefaults.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddEmbedding();

var app = builder.Build();
app.MapServiceDefaults();
app.MapEmbedding();
app.Run();
