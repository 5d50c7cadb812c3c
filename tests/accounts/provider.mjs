// The npm package oidc-provider at its defaults, as a government sign-in: claims at userinfo only, its own
// development pages for sign-in and consent. Given: one client, one synthetic person, and the scopes' claims.
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { pathToFileURL } from "node:url";

const [packages, redirect, auth, algorithm, person] = process.argv.slice(2);
const resolved = createRequire(`${packages}/`).resolve("oidc-provider");
const { Provider } = await import(pathToFileURL(resolved));
const claims = JSON.parse(person);

const free = () => new Promise((done) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});
const port = await free();
const { privateKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
const rsa = await crypto.subtle.generateKey(
  { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
  true, ["sign", "verify"]);
const ec = await crypto.subtle.exportKey("jwk", privateKey);
const rs = await crypto.subtle.exportKey("jwk", rsa.privateKey);
const key = (jwk, kid, alg) => {
  const { key_ops, ext, ...rest } = jwk;
  return { ...rest, kid, alg, use: "sig" };
};

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: "enrollment portal",
    client_secret: "synthetic: secret/with +signs",
    redirect_uris: [redirect],
    token_endpoint_auth_method: auth,
    id_token_signed_response_alg: algorithm,
  }],
  claims: { openid: ["sub"], profile: ["name", "id_number"], phone: ["phone_number"] },
  findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...claims }) }),
  jwks: { keys: [key(ec, "ec", "ES256"), key(rs, "rs", "RS256")] },
  cookies: { keys: ["synthetic cookie key"] },
});
provider.listen(port, "127.0.0.1", () => console.log(`listening on ${port}`));
