using Millrace.ServiceDefaults.Hosting;
using Millrace.Sessions;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddSessions();

var app = builder.Build();
app.MapServiceDefaults();
app.MapSessions();
app.Run();
