import type { Check } from "./check.ts";
import { apiCheck } from "./checks/api.ts";
import { browserCheck } from "./checks/browser.ts";
import { certificatesCheck } from "./checks/certificates.ts";
import { clipboardCheck } from "./checks/clipboard.ts";
import { clockCheck } from "./checks/clock.ts";
import { dnsCheck } from "./checks/dns.ts";
import { dotenvCheck } from "./checks/dotenv.ts";
import { environmentCheck } from "./checks/environment.ts";
import { keyCheck } from "./checks/key.ts";
import { keychainCheck } from "./checks/keychain.ts";
import { nodeCheck } from "./checks/node.ts";
import { permissionsCheck } from "./checks/permissions.ts";
import { profilesCheck } from "./checks/profiles.ts";
import { proxyCheck } from "./checks/proxy.ts";
import { rotationsCheck } from "./checks/rotations.ts";
import { tlsCheck } from "./checks/tls.ts";

/** Every check of `doctor`, in the order of its report: a cause stands before what follows from it. */
export const checks: readonly Check[] = [
  nodeCheck,
  keychainCheck,
  permissionsCheck,
  profilesCheck,
  keyCheck,
  rotationsCheck,
  environmentCheck,
  dotenvCheck,
  browserCheck,
  clipboardCheck,
  proxyCheck,
  certificatesCheck,
  dnsCheck,
  tlsCheck,
  apiCheck,
  clockCheck,
];
