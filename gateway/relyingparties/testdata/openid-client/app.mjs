// An application that signs people in with openid-client, as its documentation shows it.
import { webcrypto } from 'node:crypto'
import http from 'node:http'

globalThis.crypto ??= webcrypto // Node 18 has it, and does not show it
const client = await import('openid-client')

const [name, issuer, here] = process.argv.slice(2)
const config = await client.discovery(new URL(issuer), name, process.env.CLIENT_SECRET, undefined, {
  execute: [client.allowInsecureRequests], // http, on loopback
})
const begun = new Map() // by state
let idToken, leaving // of whoever was here last

async function login(url, res) {
  const state = client.randomState()
  const nonce = client.randomNonce()
  const verifier = client.randomPKCECodeVerifier()
  begun.set(state, { nonce, verifier })
  const to = client.buildAuthorizationUrl(config, {
    redirect_uri: here + '/callback',
    scope: process.env.CLIENT_SCOPE,
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...Object.fromEntries(url.searchParams),
  })
  res.writeHead(302, { location: to.href }).end()
}

async function learn(url) {
  const state = url.searchParams.get('state')
  const { nonce, verifier } = begun.get(state) ?? {}
  const tokens = await client.authorizationCodeGrant(config, url, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  })
  idToken = tokens.id_token
  const claims = tokens.claims()
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
  const again = await client.refreshTokenGrant(config, tokens.refresh_token)
  return {
    id_token: claims,
    access_token: tokens.access_token,
    userinfo,
    refreshed: {
      access_token: again.access_token,
      userinfo: await client.fetchUserInfo(config, again.access_token, claims.sub),
    },
  }
}

async function callback(url, res) {
  let told
  try {
    told = await learn(url)
  } catch (e) {
    told = { error: e.error ?? String(e) }
  }
  show(told, res)
}

function logout(res) {
  leaving = client.randomState()
  const to = client.buildEndSessionUrl(config, { id_token_hint: idToken, post_logout_redirect_uri: here + '/bye', state: leaving })
  res.writeHead(302, { location: to.href }).end()
}

function show(told, res) {
  const text = JSON.stringify(told).replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html><title>openid-client</title><pre>' + text + '</pre>')
}

const server = http.createServer((req, res) => {
  const url = new URL(req.url, here)
  if (url.pathname === '/login') return login(url, res)
  if (url.pathname === '/callback') return callback(url, res)
  if (url.pathname === '/logout') return logout(res)
  if (url.pathname === '/bye') return show({ bye: url.searchParams.get('state') === leaving }, res)
  res.writeHead(404).end()
})
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })))
