// Express: npm install express smsgateway-sdk; SMSGATEWAY_SECRET=whsec_… node express.mjs
import express from "express";
import { WebhookVerificationError, webhooks } from "smsgateway-sdk";

const app = express();

// express.raw, because the signature is over the octets that came, not over what a parser makes of them
app.post("/sms", express.raw({ type: "*/*" }), (request, response) => {
  try {
    const event = webhooks.verify(request.body, request.headers, process.env.SMSGATEWAY_SECRET);
    console.log(event.id, event.type, event.data); // event.id is the same on every retry: keep it, and drop repeats
    response.status(204).end();
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    response.status(401).end();
  }
});

app.listen(Number(process.env.PORT ?? 8080));
