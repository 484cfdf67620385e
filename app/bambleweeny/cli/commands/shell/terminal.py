"""The prompt: a line editor with history and completion."""

import os
import re
from collections.abc import Iterable

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory, History, InMemoryHistory

from bambleweeny.cli.candidates import Candidates
from bambleweeny.cli.commands.shell.help import OWN
from bambleweeny.cli.commands.shell.session import Session, command_names
from bambleweeny.cli.commands.shell.words import is_unfinished
from bambleweeny.cli.connection.connection_options import add_json_option
from bambleweeny.cli.connection.user_directories import home_of
from bambleweeny.cli.context import Context
from bambleweeny.cli.escapes import visible

_PROMPT = "b9y> "
_SECRET = ("password", "users add", "users set", "create_user")
"""Commands that may contain a password; they are not written to the history."""
_HAS_SECRET = re.compile(r"""--verify|--challenge|["']secrets?["']""").search
"""Finds secrets of bins, which are not written to it either."""


def talk(context: Context) -> int:
    """Prompt for commands until `exit` or end of file; return the exit status."""
    session = Session(context)
    who = context.who()
    if who["authenticated"] != "True":
        context.client.keys.list()  # raises the server's error for an invalid login
    connected = f"Connected to {context.target.shown(context.target.url)} as {who['user']}."
    print(visible(f"{connected} 'help' lists the commands."))
    prompt: PromptSession[str] = PromptSession(
        _PROMPT,
        history=_history(),
        completer=_Names(context),
        complete_in_thread=True,
        complete_while_typing=False,
        multiline=Condition(lambda: is_unfinished(get_app().current_buffer.text)),
    )
    while not session.is_over:
        try:
            session.run(prompt.prompt())
        except KeyboardInterrupt:
            continue
        except EOFError:
            break
    print("Bye!")
    return 0


class _Names(Completer):
    """Completes commands, options and names."""

    def __init__(self, context: Context) -> None:
        self._candidates = Candidates(lambda: context.client, command_names(), OWN, add_json_option)

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Yield the completions of the word before the cursor."""
        *words, last = document.text_before_cursor.split(" ")
        for found in self._candidates.of([word for word in words if word], last):
            yield Completion(found, start_position=-len(last))


class _WithoutSecrets(FileHistory):
    def store_string(self, string: str) -> None:
        is_secret = " ".join(string.split()).startswith(_SECRET) or _HAS_SECRET(string)
        if not is_secret:
            super().store_string(string)


def _history() -> History:
    """Return the history file, readable by its owner only; else a history in memory."""
    file = home_of("XDG_STATE_HOME", ".local/state") / "history"
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        file.chmod(0o600)
    except OSError:
        return InMemoryHistory()
    return _WithoutSecrets(str(file))
