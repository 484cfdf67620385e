"""`completion`: scripts that complete the commands in a shell.

Each script asks this program for the completions, so that all three give the same.
"""

import os
import re

from bambleweeny.cli import OPTIONS_OF_ALL, options_before
from bambleweeny.cli.candidates import Candidates
from bambleweeny.cli.command_table import COMMANDS
from bambleweeny.cli.connection.connection_options import load_connection
from bambleweeny.cli.connection.target import find_target
from bambleweeny.cli.context import Context
from bambleweeny.cli.verb import Verb, argument
from bambleweeny.client import Client

_SECONDS = 2.0
_BASH = r"""_bambleweeny() {
  local line=${COMP_LINE:0:COMP_POINT} last found
  # NOTE: bash takes the text before a colon as a separate word, and does not replace it.
  last=${line##*[[:space:]]}
  found=$(bambleweeny completion candidates -- "${line#*[[:space:]]}" 2>/dev/null) || return
  COMPREPLY=()
  while IFS= read -r word; do
    [ -n "$word" ] || continue
    case $COMP_WORDBREAKS in *:*) word=${word#"${last%"${last##*:}"}"} ;; esac
    COMPREPLY+=("$word")
  done <<<"$found"
}
complete -o default -F _bambleweeny bambleweeny b9y"""
_ZSH = r"""#compdef bambleweeny b9y
_bambleweeny() {
  local -a found
  found=("${(@f)$(bambleweeny completion candidates -- "${LBUFFER#*[[:space:]]}" 2>/dev/null)}")
  if [[ -n "${found[*]}" ]]; then compadd -Q -- "${found[@]}"; else _files; fi
}
# A file in $fpath is this function's body at its first call.
if [[ $funcstack[1] == _bambleweeny ]]; then
  _bambleweeny
else
  compdef _bambleweeny bambleweeny b9y
fi"""
_FISH = r"""function __bambleweeny
  bambleweeny completion candidates -- (commandline -cp | string replace -r '^\S+\s' '') 2>/dev/null
end
complete -c bambleweeny -a '(__bambleweeny)'
complete -c b9y -a '(__bambleweeny)'"""
_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def _completion(context: Context) -> None:
    if context.args.shell in _SCRIPTS:
        context.out.line(_SCRIPTS[context.args.shell])
        return
    for found in _candidates(context.args.line):
        context.out.line(found)


def _candidates(line: str) -> list[str]:
    *words, last = re.split(r"\s+", line.lstrip())
    _, words = options_before(words)
    flags = dict(re.findall(r"--(url|user|password|token|profile)[ =](\S+)", line))

    def client() -> Client:
        target = find_target(load_connection(flags, os.environ))
        return Client(target.url, target.user, target.password, target.token, timeout=_SECONDS)

    firsts = OPTIONS_OF_ALL if last.startswith("-") else COMMANDS
    return Candidates(client, firsts, COMMANDS).of(words, last)


VERBS = {
    "completion": Verb(
        _completion,
        """source <(bambleweeny completion bash)
        mkdir -p ~/.zfunc && bambleweeny completion zsh > ~/.zfunc/_bambleweeny
        mkdir -p ~/.config/fish/completions
        bambleweeny completion fish > ~/.config/fish/completions/bambleweeny.fish""",
        (
            argument(
                "shell",
                choices=(*_SCRIPTS, "candidates"),
                metavar="SHELL",
                help="bash, zsh or fish; 'candidates' is for the script itself",
            ),
            argument(
                "line", nargs="?", default="", metavar="LINE", help="the words for 'candidates'"
            ),
        ),
        note="zsh needs the folder in its fpath before compinit: fpath+=~/.zfunc",
    )
}
