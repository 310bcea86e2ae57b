// A resource server that knows its issuer's address and its own audience, and holds no secret.
//   node resource.js ISSUER AUDIENCE
import { createServer } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const [issuer, audience] = process.argv.slice(2);
const metadata = await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json();
if (metadata.issuer !== issuer) throw new Error(`The issuer calls itself ${metadata.issuer}.`);

// By default it waits 30 seconds until it looks again for a key that it does not know.
const keys = createRemoteJWKSet(new URL(metadata.jwks_uri), { cooldownDuration: 0 });
const expected = { issuer, audience, typ: 'at+jwt', algorithms: ['ES256', 'RS256'], requiredClaims: ['exp'] };

const server = createServer(async (request, response) => {
  try {
    const token = request.headers.authorization?.replace(/^Bearer /i, '') ?? '';
    const { payload } = await jwtVerify(token, keys, expected);
    response.writeHead(200).end(`${payload.sub} ${payload.scope}`);
  } catch (error) {
    response.writeHead(401).end(error.code);
  }
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
