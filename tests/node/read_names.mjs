// Reads messages from a folder given as argument with postal-mime and prints what it finds in each as one JSON object.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import PostalMime from "postal-mime";

const folder = process.argv[2];
const found = {};
for (const file of (await readdir(folder)).sort()) {
  const message = await PostalMime.parse(await readFile(join(folder, file)));
  found[file] = {
    from: message.from?.address ?? "",
    fromName: message.from?.name ?? "",
    subject: message.subject ?? "",
    text: message.text ?? null,
    html: message.html ?? null,
    attachments: message.attachments.map((attachment) => ({
      name: attachment.filename,
      type: attachment.mimeType,
      disposition: attachment.disposition,
      contentId: attachment.contentId ?? "",
      content: Buffer.from(attachment.content).toString("base64"),
    })),
  };
}
console.log(JSON.stringify(found));
