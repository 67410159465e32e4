"""The commands for what is said about the stream: its title, and what stands under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onionstream.control.acts import Act, nothing
from onionstream.control.protocol import Answer, UsageError
from onionstream.web.helm import Titles


class Wording:
    """Both of them, as they are in their files or in the configuration."""

    def __init__(self, titles: Titles) -> None:
        """:param titles: what is said."""
        self._titles = titles

    def acts(self) -> Mapping[str, Act]:
        """:return: what each of the commands does."""
        return {
            "title show": self.title,
            "title set": self.set_title,
            "title reset": self.reset_title,
            "about show": self.about,
            "about set": self.set_about,
            "about reset": self.reset_about,
        }

    def title(self, words: Sequence[str]) -> Answer:
        """What it is."""
        nothing("title show", words)
        title = self._titles.title
        return Answer((title,), {"title": title, "configured": not self._titles.own[0]})

    def set_title(self, words: Sequence[str]) -> Answer:
        """Another one, in ``title.txt``."""
        self._titles.set_title(_text("title set", words))
        return self.title(())

    def reset_title(self, words: Sequence[str]) -> Answer:
        """That of the configuration; ``title.txt`` goes."""
        nothing("title reset", words)
        self._titles.set_title("")
        return self.title(())

    def about(self, words: Sequence[str]) -> Answer:
        """What stands under it."""
        nothing("about show", words)
        about = self._titles.description
        lines = tuple(about.split("\n")) if about else ("Nothing stands under the title.",)
        return Answer(lines, {"about": about, "configured": not self._titles.own[1]})

    def set_about(self, words: Sequence[str]) -> Answer:
        """Something else, in ``about.txt``."""
        self._titles.set_description(_text("about set", words))
        return self.about(())

    def reset_about(self, words: Sequence[str]) -> Answer:
        """That of the configuration; ``about.txt`` goes."""
        nothing("about reset", words)
        self._titles.set_description("")
        return self.about(())


def _text(verb: str, words: Sequence[str]) -> str:
    """:raises UsageError: there is none."""
    text = " ".join(words)
    if not text.strip():
        raise UsageError(f"A text is expected after `{verb}`.")
    return text
