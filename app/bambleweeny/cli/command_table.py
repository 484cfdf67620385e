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
    "mock": Command(
        SERVER,
        "server.serving",
        "run a mock API from OpenAPI, a HAR, a db.json or rules",
    ),
    "backup": Command(
        SERVER,
        "server.serving",
        "write all users with their data to a file",
    ),
    "restore": Command(
        SERVER, "server.serving", "restore a backup into an empty data directory or Redis"
    ),
    "import-original": Command(
        SERVER, "server.serving", "copy the data of the original Bambleweeny 0.36 from its Redis"
    ),
    "health": Command(
        SERVER,
        "server.serving",
        "check that a server is healthy; exit 0 or 1",
    ),
    "get": Command(VALUES, "keys", "print the value of a key"),
    "set": Command(VALUES, "keys", "set the value of a key"),
    "patch": Command(VALUES, "keys", "change fields of a key's JSON value"),
    "expire": Command(VALUES, "keys", "set or remove the TTL of a key"),
    "del": Command(VALUES, "keys", "delete keys"),
    "keys": Command(VALUES, "keys", "list the keys"),
    "incr": Command(VALUES, "keys", "increment a counter and print the new number"),
    "push": Command(VALUES, "lists", "add an item to the end of a list"),
    "pop": Command(VALUES, "lists", "pop the oldest item of a list and print it"),
    "lists": Command(VALUES, "lists", "list the lists, or delete one"),
    "lease": Command(VALUES, "leases", "lease items of a list and print them"),
    "ack": Command(VALUES, "leases", "acknowledge, retry, extend or bury leased items"),
    "items": Command(VALUES, "items", "show, move, deliver, bury or delete items of a list"),
    "stats": Command(VALUES, "items", "count the items of a list"),
    "policy": Command(VALUES, "policies", "show, set or delete the policy of a list"),
    "publish": Command(VALUES, "topics", "send a message to all readers of a topic"),
    "topics": Command(VALUES, "topics", "list the topics, read one, or delete one"),
    "follow": Command(TOOLS, "topics", "print the messages of a topic as they arrive"),
    "export": Command(
        VALUES, "transfer", "write your keys, lists, topics, routes and bins to a file"
    ),
    "import": Command(VALUES, "transfer", "import the file of an export"),
    "events": Command(TOOLS, "events", "print the events of keys and lists as they happen"),
    "sub": Command(TOOLS, "workers.sub", "run a command for each item of a list"),
    "listen": Command(
        TOOLS, "listen.listen", "forward a bin's requests to a URL, such as a local one"
    ),
    "route": Command(SHARING, "routes", "list, add and delete routes: public URLs that read a key"),
    "bin": Command(SHARING, "bins", "list, add and delete bins: public URLs that add to a list"),
    "users": Command(PEOPLE, "users", "list, add, change and delete users, for the admin"),
    "accept": Command(PEOPLE, "users", "set your password with a one-time code"),
    "password": Command(PEOPLE, "users", "change your own password"),
    "token": Command(PEOPLE, "tokens", "print a token; add, list, rotate and revoke named ones"),
    "sandboxes": Command(
        PEOPLE, "sandboxes", "make, reset, copy and delete throw-away parts of the server"
    ),
    "usage": Command(PEOPLE, "accounting", "show what you store, your limits and your traffic"),
    "audit": Command(TOOLS, "accounting", "print who did what: logins, users, exports, refusals"),
    "info": Command(PEOPLE, "instance", "show the server and the state of its engine"),
    "save": Command(PEOPLE, "instance", "write all data to disk, for the admin"),
    "console": Command(TOOLS, "login", "open the console in the browser, logged in"),
    "login": Command(TOOLS, "login", "log in to a server and store the token"),
    "logout": Command(TOOLS, "login", "end a session that login stored, and delete its token"),
    "shell": Command(TOOLS, "shell", "type commands at a prompt, or read them from a pipe"),
    "completion": Command(
        TOOLS, "completion", "print a script with which a shell completes commands"
    ),
    HELP: Command(TOOLS, "help", "list commands and pages of the guide, or show one"),
    "version": Command(TOOLS, "help", "print the version of this program"),
    "licenses": Command(TOOLS, "server.serving", "print the licences of all parts of the program"),
}


def verb_of(name: str) -> Verb:
    """Import the module of a command and return its verb."""
    verbs: dict[str, Verb] = import_module(
        f"bambleweeny.cli.commands.{COMMANDS[name].module}"
    ).VERBS
    return verbs[name]
