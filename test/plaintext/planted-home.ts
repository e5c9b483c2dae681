import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Made-up keys, assembled so that no scanner takes them for committed secrets. */
export const chosenKey = "testKey0".repeat(4);
export const otherKey = "spareKy1".repeat(4);

/** A file of a home folder: what it holds, and what it should hold once the chosen key is removed. */
export interface PlantedFile {
  readonly path: string;
  readonly before: string;
  readonly after: string;
  readonly mode?: number;
}

const note = "MISTRAL_API_KEY: moved to the keychain; use: mistral-key run -- CMD";

/** Files of twelve places that hold the chosen key, each with something beside it that has to stay. */
export const plantedFiles: readonly PlantedFile[] = [
  {
    path: "project/.env",
    before: `# settings\r\nPORT=3000\r\nMISTRAL_API_KEY="${chosenKey}" # paid by me\r\nOPENAI_API_KEY=sk-other-secret\r\nMISTRAL_MODEL=small`,
    after: `# settings\r\nPORT=3000\r\n# ${note} # paid by me\r\nOPENAI_API_KEY=sk-other-secret\r\nMISTRAL_MODEL=small`,
    mode: 0o640,
  },
  {
    path: "project/.env.local",
    before: `\ufeffMISTRAL_API_KEY=${chosenKey}\nMISTRAL_KEY_PASSPHRASE=correct horse battery staple\nVITE_MISTRAL_API_KEY='${otherKey}'\n`,
    after: `\ufeff# ${note}\nMISTRAL_KEY_PASSPHRASE=correct horse battery staple\nVITE_MISTRAL_API_KEY='${otherKey}'\n`,
    mode: 0o600,
  },
  {
    path: ".bashrc",
    before: `alias ll='ls -l'\n# naïve café\nif true; then\n  export MISTRAL_API_KEY='${chosenKey}'\nfi\nexport PATH="$HOME/bin:$PATH"\n`,
    after: `alias ll='ls -l'\n# naïve café\nif true; then\n  : # ${note}\nfi\nexport PATH="$HOME/bin:$PATH"\n`,
    mode: 0o644,
  },
  {
    path: "dotfiles/zshrc",
    before: `setopt autocd\nexport EDITOR=vim\nexport MISTRAL_API_KEY=${chosenKey}`,
    after: `setopt autocd\nexport EDITOR=vim\n: # ${note}`,
  },
  {
    path: ".profile",
    before: `umask 022\nMISTRAL_API_KEY=${chosenKey}; export MISTRAL_API_KEY\nexport LLM_MISTRAL_KEY="${chosenKey}"\nalias ask='MISTRAL_API_KEY=${chosenKey} ask'\n`,
    after: `umask 022\n: # ${note}\n: # LLM_MISTRAL_KEY: moved to the keychain; use: mistral-key run --as LLM_MISTRAL_KEY -- CMD\nalias ask='MISTRAL_API_KEY=${chosenKey} ask'\n`,
  },
  {
    path: ".config/fish/config.fish",
    before: `set -g fish_greeting\nset -gx MISTRAL_API_KEY ${chosenKey} # key\nset -gx OTHER ${otherKey}\n`,
    after: `set -g fish_greeting\n# ${note} # key\nset -gx OTHER ${otherKey}\n`,
  },
  {
    path: ".vibe/.env",
    before: `MISTRAL_API_KEY='${chosenKey}'\n`,
    after: `# ${note}\n`,
    mode: 0o600,
  },
  {
    path: ".config/io.datasette.llm/keys.json",
    before: `{\n  "// Note": "This file stores secret API credentials.",\n  "mistral": "${chosenKey}",\n  "openai": "sk-other-secret"\n}\n`,
    after: `{\n  "// Note": "This file stores secret API credentials.",\n  "openai": "sk-other-secret"\n}\n`,
    mode: 0o600,
  },
  {
    path: ".local/share/opencode/auth.json",
    before: `{\n\t"anthropic": { "type": "oauth", "refresh": "r" },\n\t"mistral": {\n\t\t"type": "api",\n\t\t"key": "${chosenKey}"\n\t}\n}`,
    after: `{\n\t"anthropic": { "type": "oauth", "refresh": "r" }\n}`,
    mode: 0o600,
  },
  {
    path: ".continue/config.yaml",
    before: `name: mine\n# my models\nmodels:\n  - name: Large\n    provider: mistral\n    apiKey: ${chosenKey} # shared\n    roles: [chat, edit]\n  - { name: Code, provider: mistral, apiKey: "${chosenKey}", model: codestral }\n  - name: Other\n    provider: openai\n    apiKey: sk-other-secret\n`,
    after: `name: mine\n# my models\nmodels:\n  - name: Large\n    provider: mistral\n    # ${note} # shared\n    roles: [chat, edit]\n  - { name: Code, provider: mistral, apiKey: "${chosenKey}", model: codestral }\n  - name: Other\n    provider: openai\n    apiKey: sk-other-secret\n`,
  },
  {
    path: ".aider.conf.yml",
    before: `model: mistral/mistral-large-latest\napi-key:\n  - openrouter=sk-other-secret\n  - mistral=${chosenKey}\ndark-mode: true\n`,
    after: `model: mistral/mistral-large-latest\napi-key:\n  - openrouter=sk-other-secret\n  # ${note}\ndark-mode: true\n`,
  },
  {
    path: ".mistralcode/config.json",
    before: `{"models":[{"title":"Codestral","provider":"mistral","apiKey":"${chosenKey}"}],"telemetry":false}`,
    after: `{"models":[{"title":"Codestral","provider":"mistral"}],"telemetry":false}`,
  },
];

/** A home folder with files in it. */
export interface PlantedHome {
  readonly home: string;
  /** The project below it, which is a git repository that ignores `.env.local`. */
  readonly project: string;
  path(file: string): string;
  read(file: string): string;
  remove(): void;
}

/** Makes the home folder that holds {@link plantedFiles}. `.zshrc` is a link into `dotfiles`. */
export function plantHome(files: readonly PlantedFile[] = plantedFiles): PlantedHome {
  const home = mkdtempSync(join(tmpdir(), "planted-home-"));
  const project = join(home, "project");
  mkdirSync(project);
  const git = (...args: string[]) => execFileSync("git", args, { cwd: project, stdio: "ignore" });
  git("init", "-q");
  writeFileSync(join(project, ".gitignore"), ".env.local\n");
  for (const { path, before, mode = 0o644 } of files) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), before);
    chmodSync(join(home, path), mode);
  }
  if (files.some(({ path }) => path === "dotfiles/zshrc"))
    symlinkSync("dotfiles/zshrc", join(home, ".zshrc"));
  if (files.some(({ path }) => path === "project/.env")) git("add", ".env");
  return {
    home,
    project,
    path: (file) => join(home, file),
    read: (file) => readFileSync(join(home, file), "utf8"),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}
