import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { MistralKeyError } from "../../errors.ts";
import { codeOfDiagnosis, type ExitCode, exitCodes } from "../../exit-codes.ts";
import { runCommand } from "../../hints.ts";
import { keyInText } from "../../keys/mask.ts";
import { readCallableKey } from "../../models/call-key.ts";
import { type Language, languages } from "../../models/languages.ts";
import { printTrial } from "../../models/print-trial.ts";
import { snippets } from "../../models/snippets.ts";
import { type Trial, type TrialRequest, tryModel } from "../../models/try-model.ts";
import { endpointFor } from "../../profiles/profile.ts";
import { readSettings, type Settings } from "../../settings.ts";
import { printFailedCall } from "../../verification/print-verdict.ts";
import { hintFor } from "../../verification/verification-document.ts";

const usualPrompt = "Say hello, and in one sentence what you can do.";
/** For snippets, which do not ask for the list of models. Source: Mistral's API reference, August 2026. */
const usualModel = "mistral-small-latest";

/** A key, or a longer word that may hold one; excludes checksums as `keyInText` does. */
const keyOrLonger = /(?<![A-Za-z0-9])(?!(?:[0-9a-f]+|[0-9A-F]+)(?![A-Za-z0-9]))[A-Za-z0-9]{32}/;

/** Asks a model one question with the stored key, or prints the call as a program. */
export async function tryKey({ args, flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const settings = readSettings(flags, deps);
  const model = flags.value("model");
  const language = languages.find((each) => each === flags.value("as"));
  const prompt = await readPrompt(args, deps, language === undefined ? keyInText : keyOrLonger);
  if (language !== undefined) return printSnippet(deps, settings, language, { model, prompt });

  const callable = await readCallableKey(deps, settings);
  const { output } = deps;
  let written = "";
  const write = (text: string) => {
    written = text;
    if (!settings.json) output.answer(text);
  };
  const trial = await tryModel(deps, callable, { model, prompt }, write).finally(() => {
    // Also after Ctrl-C, so that the next output starts a new line.
    if (written !== "" && !written.endsWith("\n")) write("\n");
  });
  const { failure } = trial;
  if (settings.json) output.json(trialDocument(settings, trial));
  else if (failure === undefined) printTrial(output, settings.profile, trial);
  else {
    if (trial.text !== "") {
      output.print();
      output.warn("The answer is incomplete: it stopped there.", 0);
    }
    printFailedCall(output, settings.profile, failure);
  }
  return failure === undefined ? exitCodes.done : codeOfDiagnosis[failure.diagnosis];
}

async function readPrompt(args: readonly string[], deps: Deps, refused: RegExp): Promise<string> {
  const named = args.length === 1 && args[0] === "-";
  if (named && deps.stdinIsTerminal) {
    throw new MistralKeyError(
      "usage",
      "A question was expected on standard input, but that is your keyboard.",
      {
        hint: "Write the question in its place, or send it from a file (... < FILE) or through a pipe (COMMAND | ...).",
      },
    );
  }
  const isPiped = named || (args.length === 0 && !deps.stdinIsTerminal);
  const given = isPiped ? await readPipe(deps, refused) : args.join(" ");
  return given.trim() === "" ? usualPrompt : given.trim();
}

async function readPipe({ output, readStdin }: Deps, refused: RegExp): Promise<string> {
  const line = output.progress("Reading the prompt from standard input");
  const text = await readStdin().finally(() => line.clear());
  // A prompt is sent to a model, where long words are common, or printed in a snippet, where they are not.
  if (!refused.test(text)) return text;
  throw new MistralKeyError(
    "usage",
    "Standard input holds what looks like an API key, so nothing was done.",
    { hint: "try uses the stored key; standard input is the question for the model." },
  );
}

function printSnippet(
  { output, profiles }: Deps,
  settings: Settings,
  language: Language,
  { model = usualModel, prompt }: TrialRequest,
): ExitCode {
  const endpoint = endpointFor(settings, profiles.read(settings.profile));
  const { text, command } = snippets[language]({ endpoint, model, prompt });
  const started = runCommand(settings.profile, undefined, command);
  if (settings.json) output.json({ profile: settings.profile, language, model, snippet: text, run: started });
  else {
    output.answer(text);
    output.print();
    output.next(`Saved as ${command.split(" ").at(-1)}, it runs with the stored key:`, 0);
    output.line(started);
  }
  return exitCodes.done;
}

function trialDocument({ profile }: Settings, { model, text, end, failure, ms, rateLimits }: Trial): unknown {
  return {
    profile,
    ok: failure === undefined,
    diagnosis: failure?.diagnosis ?? "valid",
    model: end?.model ?? model ?? null,
    answer: text === "" && failure !== undefined ? null : text,
    finishReason: end?.finishReason ?? null,
    usage: end?.usage ?? null,
    ms,
    rateLimits,
    hint: failure === undefined ? null : hintFor(profile, failure),
  };
}
