using Microsoft.AspNetCore.Authentication.JwtBearer;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(o =>
{
    o.MetadataAddress = builder.Configuration["Issuer"] + "/.well-known/oauth-authorization-server";
    o.RequireHttpsMetadata = !builder.Environment.IsDevelopment();
    o.MapInboundClaims = false;
    o.TokenValidationParameters.ValidTypes = ["at+jwt"];
    o.TokenValidationParameters.ValidAlgorithms = ["ES256", "RS256"];
    // ClockSkew would apply to exp as well.
    o.TokenValidationParameters.LifetimeValidator = (notBefore, expires, _, _) =>
        expires > DateTime.UtcNow && !(notBefore > DateTime.UtcNow.AddMinutes(5));
    // Set ValidAudience instead if the issuer has an audience.
    o.TokenValidationParameters.ValidateAudience = false;
});
builder.Services.AddAuthorizationBuilder().AddPolicy("data.read", policy => policy.RequireAssertion(context =>
    context.User.FindFirst("scope")?.Value.Split(' ').Contains("data.read") == true));

var app = builder.Build();
app.MapGet("/data", () => new { value = 42 }).RequireAuthorization("data.read");
app.Run();
