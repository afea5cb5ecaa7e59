// An OpenID provider on npm's oidc-provider, driven by a test: one line of JSON on stdout when it listens, commands as
// JSON lines on stdin. Its page asks who one is and believes it.
//
//   node provider.js '{"redirectUri": "http://…/callback/", "clientId": "smsgateway", "secret": "…"}'
//
// Commands: {"do": "account", "sub": …, "claims": {…}, "amr": […], "acr": …}   answered by {"event": "account", "sub"}
import http from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import readline from 'node:readline';
import Provider from 'oidc-provider';

const options = JSON.parse(process.argv[2]);
const accounts = new Map();
const tell = (event, more) => process.stdout.write(JSON.stringify({ event, ...more }) + '\n');

const key = generateKeyPairSync(...(options.curve ? ['ec', { namedCurve: options.curve }] : ['rsa', { modulusLength: 2048 }]))
  .privateKey.export({ format: 'jwk' });

const server = http.createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: options.clientId,
      client_secret: options.secret,
      redirect_uris: [options.redirectUri],
      id_token_signed_response_alg: options.curve ? 'ES256' : 'RS256',
      token_endpoint_auth_method: options.authMethod || 'client_secret_basic',
    }],
    clientAuthMethods: [options.authMethod || 'client_secret_basic'],
    jwks: { keys: [{ ...key, kid: 'one', use: 'sig' }] },
    cookies: { keys: ['not a secret'] },
    claims: { openid: ['sub', 'acr', 'amr'], email: ['email', 'email_verified'], profile: ['name'], auth_time: null },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, sub) => accounts.has(sub) && ({ accountId: sub, claims: () => ({ sub, ...accounts.get(sub).claims }) }),
    async loadExistingGrant(ctx) { // nobody is asked for consent
      const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  const callback = provider.callback();

  async function interaction(request, response) {
    await provider.interactionDetails(request, response);
    if (request.method !== 'POST') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end('<!doctype html><title>Provider</title><form method="post"><label>Who are you? <input name="sub"></label><button>Sign in</button><button name="cancel" value="1">Cancel</button></form>');
      return;
    }
    let body = '';
    for await (const piece of request) body += piece;
    const form = new URLSearchParams(body);
    const sub = form.get('sub');
    if (form.get('cancel') || !accounts.has(sub)) {
      await provider.interactionFinished(request, response, { error: 'access_denied' });
      return;
    }
    const { amr, acr } = accounts.get(sub);
    await provider.interactionFinished(request, response, { login: { accountId: sub, amr, acr } });
  }

  server.on('request', (request, response) => {
    if (!request.url.startsWith('/interaction/')) { callback(request, response); return; }
    interaction(request, response).catch((error) => { response.statusCode = 400; response.end(String(error)); });
  });
  tell('listening', { issuer });
});

const commands = {
  account: ({ sub, ...rest }) => { accounts.set(sub, rest); tell('account', { sub }); },
};
const lines = readline.createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const command = JSON.parse(line);
  commands[command.do](command);
});
lines.on('close', () => process.exit(0));
