// An SMTP client that nobody here wrote: reads a wish as JSON, submits its raw message, prints the answer as JSON.
import { readFileSync } from "node:fs";
import { createTransport } from "nodemailer";

const { transport, message } = JSON.parse(readFileSync(0, "utf8"));
const client = createTransport(transport);
const { response } = await client.sendMail({ ...message, raw: Buffer.from(message.raw, "latin1") });
console.log(JSON.stringify({ response }));
client.close();
