/** The platform that tests act on: Linux, but on Windows, where paths and PATH have another form. */
export const platform = process.platform === "win32" ? "win32" : "linux";

/** Where llm keeps its keys there, below the home folder. */
export const llmKeys = `${platform === "win32" ? "AppData/Roaming" : ".config"}/io.datasette.llm/keys.json`;
