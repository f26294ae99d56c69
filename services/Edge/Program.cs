using Millrace.Edge;
using Millrace.ServiceDefaults.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddEdge();

var app = builder.Build();
app.MapServiceDefaults();
app.MapEdge();
app.Run();
