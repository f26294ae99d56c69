using Millrace.Gateway;
using Millrace.ServiceDefaults.Hosting;

return ServiceHost.Run(
    args,
    add: builder => builder.AddGateway(),
    map: app => app.MapGateway());
