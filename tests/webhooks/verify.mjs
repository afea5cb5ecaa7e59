// What libraries say of requests: reads [{key, headers, body}] as JSON (bodies in base64), answers for each an object
// of library and true, or why it refuses. A key is whsec_… (v1) or whpk_… (v1a, for which Node has the cryptography).
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { Webhook as Standard } from "standardwebhooks";
import { Webhook as Svix } from "svix";

function ed25519(key, body, headers) {
  const x = Buffer.from(key.slice("whpk_".length), "base64").toString("base64url");
  const half = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  const signed = Buffer.concat([Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`), body]);
  const ours = headers["webhook-signature"].split(" ").map((one) => one.split(","));
  if (!ours.some(([kind, value]) => kind === "v1a" && verify(null, signed, half, Buffer.from(value, "base64")))) {
    throw new Error("No matching signature found");
  }
}

const SYMMETRIC = {
  standardwebhooks: (key, body, headers) => new Standard(key).verify(body.toString(), headers, { jsonParse: false }),
  svix: (key, body, headers) => {
    try {
      new Svix(key).verify(body, headers);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error; // it reads what it verified as JSON; a GET has none
    }
  },
};
const ASYMMETRIC = { node: ed25519 };

function said(check, { key, body, headers }) {
  try {
    check(key, Buffer.from(body, "base64"), headers);
    return true;
  } catch (error) {
    return String(error.message);
  }
}

const requests = JSON.parse(readFileSync(0, "utf8"));
const answers = requests.map((request) => {
  const libraries = request.key.startsWith("whpk_") ? ASYMMETRIC : SYMMETRIC;
  return Object.fromEntries(Object.entries(libraries).map(([name, check]) => [name, said(check, request)]));
});
console.log(JSON.stringify(answers));
