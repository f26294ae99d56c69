using Millrace.Guardrails;
using Millrace.ServiceDefaults.Hosting;

return ServiceHost.Run(
    args,
    add: builder => builder.AddGuardrails(),
    map: app => app.MapGuardrails());
