"""The table of commands: the module of each command, and its line in --help.

The `VERBS` of the module has the rest. Only the module of the command that runs is imported.
"""

from importlib import import_module
from typing import NamedTuple

from bambleweeny.cli.verb import Verb


class Command(NamedTuple):
    """The group, the module and the one-line help of a command."""

    group: str
    module: str
    help: str


SERVER, VALUES, SHARING, PEOPLE, TOOLS = "a server", "values", "sharing", "people", "tools"
SHARED = (VALUES, SHARING, PEOPLE)
"""The groups whose commands the shell has, too."""

HELP = "help"
OFFLINE = (HELP, "version")

COMMANDS = {
    "serve": Command(SERVER, "server.serving", "run a server that keeps its data"),
    "sandbox": Command(
        SERVER,
        "server.serving",
        "run a throw-away server: no data kept, admin/changeme",
    ),
    "backup": Command(
        SERVER,
        "server.serving",
        "write all users and their data to a file; a server may run",
    ),
    "restore": Command(
        SERVER, "server.serving", "put a backup into an empty place that no server uses"
    ),
    "import-original": Command(
        SERVER, "server.serving", "copy the data of the original Bambleweeny 0.36 from its Redis"
    ),
    "health": Command(
        SERVER,
        "server.serving",
        "ask a server whether it is well: exit 0 or 1",
    ),
    "get": Command(VALUES, "keys", "print the value of a key"),
    "set": Command(VALUES, "keys", "give a key a value"),
    "patch": Command(VALUES, "keys", "change fields of a key's JSON value"),
    "expire": Command(VALUES, "keys", "say how long a key lasts"),
    "del": Command(VALUES, "keys", "delete keys"),
    "keys": Command(VALUES, "keys", "list the keys"),
    "incr": Command(VALUES, "keys", "count a key up and print its number"),
    "push": Command(VALUES, "lists", "add an item to the end of a list"),
    "pop": Command(VALUES, "lists", "take the oldest item off a list and print it"),
    "lists": Command(VALUES, "lists", "list the lists, or delete one"),
    "lease": Command(VALUES, "leases", "take items off a list for a while and print them"),
    "ack": Command(VALUES, "leases", "end leases: the items are done, or come back, or are dead"),
    "items": Command(VALUES, "items", "look at the items of a list, move or delete them"),
    "stats": Command(VALUES, "items", "count the items of a list"),
    "policy": Command(VALUES, "policies", "show, set and end the policy of a list"),
    "publish": Command(VALUES, "topics", "send a message to all readers of a topic"),
    "topics": Command(VALUES, "topics", "list the topics, read one, or delete one"),
    "follow": Command(TOOLS, "topics", "print the messages of a topic as they come"),
    "export": Command(
        VALUES, "transfer", "write your keys, lists, topics, routes and bins to a file"
    ),
    "import": Command(VALUES, "transfer", "take what was exported in, here or elsewhere"),
    "events": Command(TOOLS, "events", "print what happens to keys and lists as it happens"),
    "sub": Command(TOOLS, "sub", "run a command for each item of a list"),
    "route": Command(SHARING, "routes", "list, add and delete routes: public URLs that read a key"),
    "bin": Command(SHARING, "bins", "list, add and delete bins: public URLs that add to a list"),
    "users": Command(PEOPLE, "users", "list, add, change and delete users, for the admin"),
    "password": Command(PEOPLE, "users", "change your own password"),
    "token": Command(PEOPLE, "tokens", "print a new token, or say who you are"),
    "info": Command(PEOPLE, "instance", "say which server this is and how its engine is"),
    "save": Command(PEOPLE, "instance", "put everything on disk, for the admin"),
    "login": Command(TOOLS, "login", "log in to a server and keep a token for it"),
    "logout": Command(TOOLS, "login", "forget a token that login kept"),
    "shell": Command(TOOLS, "shell", "type commands at a prompt, or read them from a pipe"),
    "completion": Command(TOOLS, "completion", "print what makes a shell complete the commands"),
    HELP: Command(TOOLS, "help", "list the commands, or say what one takes"),
    "version": Command(TOOLS, "help", "say what this program is"),
    "licenses": Command(
        TOOLS, "server.serving", "print the licences of all that is in the program"
    ),
}


def verb_of(name: str) -> Verb:
    """Import the module of a command and return its verb."""
    verbs: dict[str, Verb] = import_module(
        f"bambleweeny.cli.commands.{COMMANDS[name].module}"
    ).VERBS
    return verbs[name]
