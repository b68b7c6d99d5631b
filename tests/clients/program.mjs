// A program of somebody else's, on the certified openid-client: it does what each line says and answers with a line.
// The person's part, a browser, is played by whoever writes the lines.
import { createInterface } from 'node:readline'
import * as oauth from 'openid-client'

const [issuer, id, secret, way] = process.argv.slice(2)
const redirectUri = 'http://127.0.0.1:9/callback'
const ways = { basic: oauth.ClientSecretBasic, post: oauth.ClientSecretPost, none: oauth.None }

const configuration = await oauth.discovery(new URL(issuer), id, undefined, ways[way](secret), {
  execute: [oauth.allowInsecureRequests],
})
oauth.enableNonRepudiationChecks(configuration)
const checks = {}
let device

const acts = {
  async authorize(parameters) {
    checks.pkceCodeVerifier = oauth.randomPKCECodeVerifier()
    checks.expectedState = oauth.randomState()
    checks.expectedNonce = oauth.randomNonce()
    checks.idTokenExpected = true
    return oauth.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      code_challenge: await oauth.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: checks.expectedState,
      nonce: checks.expectedNonce,
      ...parameters,
    }).href
  },
  async callback({ url }) {
    const tokens = await oauth.authorizationCodeGrant(configuration, new URL(url), checks)
    return { ...tokens, claims: tokens.claims() }
  },
  refresh: ({ token }) => oauth.refreshTokenGrant(configuration, token),
  userinfo: ({ token, subject }) => oauth.fetchUserInfo(configuration, token, subject),
  introspect: ({ token }) => oauth.tokenIntrospection(configuration, token),
  revoke: async ({ token }) => (await oauth.tokenRevocation(configuration, token)) ?? null,
  credentials: () => oauth.clientCredentialsGrant(configuration),
  async device(parameters) {
    device = await oauth.initiateDeviceAuthorization(configuration, parameters)
    return device
  },
  poll: () => oauth.pollDeviceAuthorizationGrant(configuration, { ...device, interval: 1 }),
  logout: async (parameters) => oauth.buildEndSessionUrl(configuration, parameters).href,
}

for await (const line of createInterface({ input: process.stdin })) {
  const { act, ...parameters } = JSON.parse(line)
  try {
    console.log(JSON.stringify({ done: await acts[act](parameters) }))
  } catch (error) {
    console.log(JSON.stringify({ refused: error.error ?? error.code ?? String(error) }))
  }
}
