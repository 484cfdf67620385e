"""What all errors have in common."""


class BambleweenyError(Exception):
    """Base of everything that Bambleweeny raises on purpose."""

    code = "error"
    status = 500
    info = "Something went wrong."
    hint: str | None = None
    retry_after: int | None = None
    index: int | None = None
    """Which operation of a batch it was, counted from 0."""

    def __init__(self, info: str | None = None, *, hint: str | None = None) -> None:
        if info is not None:
            self.info = info
        if hint is not None:
            self.hint = hint
        super().__init__(self.info)
