import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** A self-signed certificate for `localhost`, made for one test run. */
export interface TestCertificate {
  /** PEM. */
  readonly key: string;
  /** PEM. */
  readonly cert: string;
  /** The certificate as a file, for `NODE_EXTRA_CA_CERTS`. */
  readonly file: string;
  /** Removes the file. */
  remove(): void;
}

const run = promisify(execFile);

/**
 * Makes a certificate with the `openssl` command.
 *
 * @param name - the host name it is for
 */
export async function makeCertificate(name = "localhost"): Promise<TestCertificate> {
  const folder = mkdtempSync(join(tmpdir(), "certificate-"));
  const file = join(folder, "cert.pem");
  const keyFile = join(folder, "key.pem");
  await run("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-keyout", keyFile, "-out", file, "-days", "2", "-subj", `/CN=${name}`],
    ...["-addext", `subjectAltName=DNS:${name}`, "-addext", "basicConstraints=critical,CA:TRUE"],
  ]);
  return {
    key: readFileSync(keyFile, "utf8"),
    cert: readFileSync(file, "utf8"),
    file,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
