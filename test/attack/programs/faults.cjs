// Loaded before the program (node --require): lets one of its calls fail. ATTACK_FAULT says which, in JSON:
// { calls: "file" | "keychain", nth, how, folder, note }, and `only` for some of the file calls. Writes into the file `note` which call it was, or,
// with nth 0, how many calls there are.
const fs = require("node:fs");
const Module = require("node:module");
const { syncBuiltinESMExports } = Module;

const { calls, only, nth, how, folder, note } = JSON.parse(process.env.ATTACK_FAULT);
delete process.env.ATTACK_FAULT;
const { writeFileSync } = fs;
let count = 0;
if (nth === 0) process.on("exit", () => writeFileSync(note, String(count)));

/** Whether this call is the one to fail; notes which one it is. */
function isTurn(name) {
  count += 1;
  if (count !== nth) return false;
  writeFileSync(note, name);
  return true;
}

function failure(name, path) {
  const error = new Error(`${how}: made to fail, ${name}${path === undefined ? "" : ` '${path}'`}`);
  return Object.assign(error, {
    code: how,
    errno: -5,
    syscall: name.replace(/Sync$/, ""),
    ...(path && { path }),
  });
}

function breakFiles() {
  const descriptors = new Set();
  const isOurs = (first) =>
    typeof first === "number" ? descriptors.has(first) : String(first).startsWith(folder);
  const all = (
    "openSync closeSync readSync writeSync fsyncSync readFileSync writeFileSync mkdirSync mkdtempSync readdirSync " +
    "renameSync linkSync unlinkSync rmSync lstatSync statSync fstatSync chmodSync fchmodSync realpathSync accessSync"
  ).split(" ");
  for (const name of only ?? all) {
    const original = fs[name];
    fs[name] = Object.assign((first, ...rest) => {
      if (isOurs(first) && isTurn(name)) {
        if (how === "kill") process.kill(process.pid, "SIGKILL");
        // A full disk may have accepted a part, and a file is closed even if closing reports an error.
        if (name === "writeFileSync" && typeof first === "number") {
          original(first, Buffer.from(rest[0]).subarray(0, 5));
        }
        if (name === "closeSync") original(first);
        throw failure(name, typeof first === "number" ? undefined : first);
      }
      const result = original(first, ...rest);
      if (name === "openSync" && isOurs(first)) descriptors.add(result);
      if (name === "closeSync") descriptors.delete(first);
      return result;
    }, original);
  }
  for (const name of only ? [] : ["open", "readFile", "readdir", "stat", "lstat", "realpath"]) {
    const original = fs.promises[name];
    fs.promises[name] = async (first, ...rest) => {
      if (isOurs(first) && isTurn(name)) {
        if (how === "kill") process.kill(process.pid, "SIGKILL");
        throw failure(name, first);
      }
      return original(first, ...rest);
    };
  }
  syncBuiltinESMExports();
}

const says = {
  "no-service": "The name org.freedesktop.secrets was not provided by any .service files",
  locked: "Cannot create an item in a locked collection",
  closed: "The connection is closed",
  denied: "Prompt dismissed",
};

function breakKeychain() {
  const load = Module._load;
  Module._load = (request, ...rest) => {
    const loaded = load(request, ...rest);
    if (request !== "keytar") return loaded;
    return Object.fromEntries(
      ["getPassword", "setPassword", "deletePassword"].map((name) => [
        name,
        async (...args) => {
          if (!isTurn(name)) return loaded[name](...args);
          switch (how) {
            case "kill":
              return process.kill(process.pid, "SIGKILL");
            case "kill-after":
              await loaded[name](...args);
              return process.kill(process.pid, "SIGKILL");
            case "hang":
              return new Promise(() => {});
            case "done-and-failed":
              await loaded[name](...args);
              throw new Error(says.closed);
            case "not-done":
              // Says that it is, which cannot be told of what is only read.
              if (name === "getPassword") throw new Error(says.closed);
              return name === "deletePassword" ? true : undefined;
            default:
              throw new Error(says[how]);
          }
        },
      ]),
    );
  };
}

if (calls === "file") breakFiles();
else breakKeychain();
