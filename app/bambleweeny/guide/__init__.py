"""The guide: Markdown that is read in the repository, at /docs and in a terminal."""

from bambleweeny.guide.pages import Page, contents, home, page_of

__all__ = ["Page", "contents", "home", "page_of"]
