// An SMTP server that nobody here wrote: prints its port, then each message it takes as one JSON line.
// Arguments: files of the certificate and of its key, user name, password.
import { readFileSync } from "node:fs";
import { SMTPServer } from "smtp-server";

const [cert, key, user, password] = process.argv.slice(2);
const server = new SMTPServer({
  cert: readFileSync(cert),
  key: readFileSync(key),
  authMethods: ["PLAIN", "LOGIN"],
  logger: false,
  onAuth(given, session, done) {
    const fits = session.secure && given.username === user && given.password === password;
    done(fits ? null : new Error("Authentication Credentials Invalid"), { user });
  },
  onData(stream, session, done) {
    const chunks = [];
    stream.on("data", (chunk) => chunks.push(chunk));
    stream.on("end", () => {
      const { mailFrom, rcptTo } = session.envelope;
      console.log(
        JSON.stringify({
          content: Buffer.concat(chunks).toString("base64"),
          mailFrom: mailFrom.address,
          rcptTo: rcptTo.map((recipient) => recipient.address),
          secure: session.secure,
        }),
      );
      done(null, "Ok 0102-node");
    });
  },
});
server.listen(0, "127.0.0.1", () => console.log(server.server.address().port));
process.stdin.on("end", () => server.close());
process.stdin.resume();
