import type { Shell } from "./shells.ts";

/**
 * The script that completes this program's command lines in a shell. It queries the program on every
 * Tab, so it stays valid when the program gets new commands.
 */
export function completionScript(shell: Shell): string {
  return scripts[shell];
}

// Must run in bash 3.2 (macOS): it lacks compopt and mapfile.
const bash = `# Completion of mistral-key for bash. To load it: eval "$(mistral-key completion bash)"
_mistral_key() {
  local current=\${COMP_WORDS[COMP_CWORD]} IFS=$'\\n' kind line
  COMPREPLY=()
  while read -r line; do
    if [ -z "$kind" ]; then kind=$line; else COMPREPLY+=("\${line%%$'\\t'*}"); fi
  done < <("\${COMP_WORDS[0]/#~\\//$HOME/}" __complete bash "=$current" "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null </dev/null)
  if [ "$kind" = files ]; then
    COMPREPLY=($(compgen -f -- "$current"))
    compopt -o filenames 2>/dev/null
  fi
}
complete -F _mistral_key mistral-key
`;

const zsh = `#compdef mistral-key
# Completion of mistral-key for zsh. To load it: eval "$(mistral-key completion zsh)"
_mistral_key() {
  local -a answer candidates
  local line value description
  answer=("\${(@f)$(\${~words[1]} __complete zsh "=$PREFIX" "\${(@)words[2,CURRENT-1]}" 2>/dev/null </dev/null)}")
  if [[ $answer[1] == files ]]; then
    _files
    return
  fi
  for line in "\${(@)answer[2,-1]}"; do
    value=\${line%%$'\\t'*}
    description=
    if [[ $line == *$'\\t'* ]]; then description=:\${line#*$'\\t'}; fi
    candidates+=("\${value//:/\\\\:}$description")
  done
  _describe 'mistral-key' candidates
}
if [ "\${funcstack[1]}" = _mistral_key ]; then
  _mistral_key "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i; }
  compdef _mistral_key mistral-key
fi
`;

const fish = `# Completion of mistral-key for fish. To load it: mistral-key completion fish | source
function __mistral_key_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    set -l answer ($program __complete fish "=$current" $words[2..-1] 2>/dev/null </dev/null)
    switch "$answer[1]"
        case files
            __fish_complete_path "$current"
        case values
            string join \\n -- $answer[2..-1]
    end
end
complete -c mistral-key -e
complete -c mistral-key -f -a '(__mistral_key_complete)'
`;

const powershell = `# Completion of mistral-key for PowerShell.
# To load it: mistral-key completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName mistral-key -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements |
        Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { $_.Extent.Text.Trim("'", '"') })
    $kind, $lines = @(mistral-key __complete powershell "=$wordToComplete" @words 2>$null)
    if ($kind -ne 'values') { return }
    foreach ($line in $lines) {
        $value, $description = $line -split "\`t", 2
        if (-not $description) { $description = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
    }
}
`;

const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish, powershell };
