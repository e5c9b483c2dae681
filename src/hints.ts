import { defaultProfile, type ProfileName } from "./keys/profile-name.ts";

/**
 * A command line of this program for a profile, to be copied: `mistral-key rotate --finish -p work`.
 *
 * @param command - without the program's name and the profile: `rotate --finish`
 */
export function commandFor(profile: ProfileName, command: string): string {
  return `mistral-key ${command}${profile === defaultProfile ? "" : ` -p ${profile}`}`;
}

/** How to start a program with the stored key in a variable, to be copied. */
export function runCommand(profile: ProfileName, variable = "MISTRAL_API_KEY", command = "CMD"): string {
  const flags = [
    ...(profile === defaultProfile ? [] : ["-p", profile]),
    ...(variable === "MISTRAL_API_KEY" ? [] : ["--as", variable]),
  ];
  return ["mistral-key run", ...flags, "--", command].join(" ");
}
