"""The admin's password at start: configured, generated, or set before."""

import os
from pathlib import Path

from bambleweeny.core.auth.passwords import new_password
from bambleweeny.core.auth.user_records import ADMIN_ID
from bambleweeny.core.auth.users import Users
from bambleweeny.system.data_directory import make_data_dir

FILE_NAME = "admin-password"


def ensure_admin(users: Users, data_dir: Path, given: str | None) -> str:
    """Ensure that the admin exists; return a phrase that says how to log in.

    A given password becomes the admin's. Without one, the first start generates a password
    and stores it in a file of the data directory that only its owner can read. The file is
    removed when the password changes. Raises OSError if the file cannot be written.
    """
    file = data_dir / FILE_NAME
    if given:
        file.unlink(missing_ok=True)
        if not users.create_admin(given) and not users.has_password(ADMIN_ID, given):
            users.set_first_password(given)
        return "password as configured"
    if users.has_admin():
        return _describe_existing(users, file)
    password = file.read_text().strip() if file.exists() else _make(file)
    if not users.create_admin(password):
        return _describe_existing(users, file)
    return f"password {password} (made now, kept in {file})"


def _describe_existing(users: Users, file: Path) -> str:
    if not file.exists():
        return "password as set before; --admin-password sets another"
    if users.has_password(ADMIN_ID, file.read_text().strip()):
        return f"password in {file}"
    file.unlink()
    return "password as set before; --admin-password sets another"


def _make(file: Path) -> str:
    password = new_password()
    make_data_dir(file.parent)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file_out:
        file_out.write(password + "\n")
    return password
