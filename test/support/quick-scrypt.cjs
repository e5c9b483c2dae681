// Loaded before the program (node --require): makes a passphrase's key with little work, so that hundreds of runs
// with the encrypted file take minutes. What is written so is read so, and nothing else is different.
const crypto = require("node:crypto");
const { syncBuiltinESMExports } = require("node:module");

const { scrypt } = crypto;
crypto.scrypt = (password, salt, length, options, done) =>
  scrypt(password, salt, length, { ...options, N: 2 ** 10 }, done);
syncBuiltinESMExports();
