using Millrace.ServiceDefaults.Hosting;
using Millrace.Sessions;

return ServiceHost.Run(
    args,
    add: builder => builder.AddSessions(),
    map: app => app.MapSessions());
