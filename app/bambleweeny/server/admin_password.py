"""Where the admin's password comes from at start."""

import os
from pathlib import Path

from bambleweeny.core.passwords import new_password
from bambleweeny.core.users import ADMIN_ID, Users

FILE_NAME = "admin-password"


def settle_admin_password(users: Users, data_dir: Path, given: str | None) -> str:
    """See to it that there is an admin; say in a sentence how it logs in.

    A given password is the admin's from now on. Without one, the first start
    makes one and keeps it in the data directory, readable by the owner alone,
    until it is changed. Raises OSError where it cannot be kept.
    """
    file = data_dir / FILE_NAME
    if given:
        file.unlink(missing_ok=True)
        if not users.create_admin(given) and not users.has_password(ADMIN_ID, given):
            users.change(ADMIN_ID, password=given)
        return "password as configured"
    if users.has_admin():
        return _describe_known(users, file)
    password = file.read_text().strip() if file.exists() else _make(file)
    if not users.create_admin(password):
        return _describe_known(users, file)
    return f"password {password} (made now, kept in {file})"


def _describe_known(users: Users, file: Path) -> str:
    if not file.exists():
        return "password as set before; --admin-password sets another"
    if users.has_password(ADMIN_ID, file.read_text().strip()):
        return f"password in {file}"
    file.unlink()
    return "password as set before; --admin-password sets another"


def _make(file: Path) -> str:
    password = new_password()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as kept:
        kept.write(password + "\n")
    return password
