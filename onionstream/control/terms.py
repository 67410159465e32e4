"""The commands for what holds now: who comes in, who may write, and who has to solve a captcha."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from onionstream.chat.rules import Mode, When
from onionstream.chat.tripcode import Tripcode, is_full
from onionstream.control.acts import Act, nothing, number_in
from onionstream.control.events import Called, Fact, of_person
from onionstream.control.protocol import Answer, UsageError
from onionstream.web.course import Course
from onionstream.web.lock import Kind

_DOORS = {
    Kind.OPEN: "Everybody may come in.",
    Kind.CAPTCHA: "A captcha is asked for at the door.",
    Kind.MEMBERS: "Only members may come in.",
    Kind.PASSWORD: "Only who knows the password may come in.",
}

_CAPTCHAS = {
    When.NEVER: "Nobody has to solve a captcha before writing.",
    When.SUSPICION: "A captcha has to be solved on suspicion.",
    When.FIRST: "A captcha has to be solved on suspicion and before the first message.",
}

_RAIDS = {
    False: "There is no raid.",
    True: "There is a raid: new people have to solve a captcha before they write.",
}

_HERE = "Something of this was set while the daemon runs: not all is as the configuration has it."


class Terms:
    """What the broadcaster sets as he does it on the page, and how it is set."""

    def __init__(self, course: Course, here: Iterable[bytes], called: Called) -> None:
        """
        :param course: what is set.
        :param here: keys of those who are present, each time another look.
        :param called: what somebody is called.
        """
        self._course = course
        self._here = here
        self._called = called

    def acts(self) -> Mapping[str, Act]:
        """:return: what each of the commands does."""
        modes = (Mode.OPEN, Mode.MEMBERS, Mode.CLOSED)
        return {
            "doors show": self.doors,
            **{f"doors {kind.value}": partial(self._set_door, kind) for kind in Kind if kind is not Kind.PASSWORD},
            "doors password": self.password,
            "members show": self.members,
            "members add": partial(self._set_member, "members add", True),
            "members drop": partial(self._set_member, "members drop", False),
            "mode show": self.mode,
            "mode slow": self.slow,
            **{f"mode {mode.value}": partial(self._set_mode, mode) for mode in modes},
            "captcha show": self.captcha,
            **{f"captcha {when.value}": partial(self._set_captcha, when) for when in When},
            "raid show": self.raid,
            "raid begin": self.begin_raid,
            "raid end": self.end_raid,
        }

    def rows(self) -> Sequence[tuple[str, str]]:
        """:return: how it all is set, each thing in a sentence."""
        return (
            ("doors", _DOORS[self._course.door.present.kind]),
            ("chat", self._mode()),
            ("captchas", _CAPTCHAS[self._course.captcha.present]),
            ("raid", _RAIDS[self._course.raid]),
        )

    def of_doors(self) -> Fact:
        """:return: who comes in, without what he has to know for it."""
        lock = self._course.door.present
        return {"kind": lock.kind.value, "members": len(lock.members), "password": bool(lock.password)}

    def of_mode(self) -> Fact:
        """:return: who may write, and when it needs a captcha."""
        mode, slow = self._course.talk.present
        return {
            "mode": mode.value,
            "slow": slow,
            "captcha": self._course.captcha.present.value,
            "raid": self._course.raid,
        }

    def doors(self, words: Sequence[str]) -> Answer:
        """Who comes in."""
        nothing("doors show", words)
        door = self._course.door
        return _answer(_DOORS[door.present.kind], self.of_doors(), configured=door.chosen is None)

    def password(self, words: Sequence[str]) -> Answer:
        """Only who knows this comes in from now on; or what it was before."""
        self._course.set_door(Kind.PASSWORD, " ".join(words))
        return self.doors(())

    def members(self, words: Sequence[str]) -> Answer:
        """Whose tripcodes are on the list, and who is here and might be."""
        nothing("members show", words)
        listed = sorted(Tripcode(one).full for one in self._course.door.present.members)
        others = self._course.applicants(tuple(self._here))
        trips = [(one, one.look.trip.full) for one in others if one.look.trip]
        lines = (*listed, *(f"{full}  (no member: {self._called(one)} is here)" for one, full in trips))
        here = [{**of_person(one, self._called), "full": full} for one, full in trips]
        return Answer(lines or ("There are no members.",), {"members": listed, "others": here})

    def mode(self, words: Sequence[str]) -> Answer:
        """Who may write."""
        nothing("mode show", words)
        return _answer(self._mode(), self.of_mode(), configured=self._course.talk.chosen is None)

    def slow(self, words: Sequence[str]) -> Answer:
        """Everybody, but not often."""
        if len(words) > 1:
            raise UsageError("One number of seconds is expected after `mode slow`, or nothing.")
        self._course.set_mode(Mode.SLOW, number_in(words[0]) if words else None)
        return self.mode(())

    def captcha(self, words: Sequence[str]) -> Answer:
        """Who has to solve one."""
        nothing("captcha show", words)
        knob = self._course.captcha
        return _answer(_CAPTCHAS[knob.present], self.of_mode(), configured=knob.chosen is None)

    def raid(self, words: Sequence[str]) -> Answer:
        """Whether there is one."""
        nothing("raid show", words)
        return Answer((_RAIDS[self._course.raid],), self.of_mode())

    def begin_raid(self, words: Sequence[str]) -> Answer:
        """New people have to solve captchas; who has come in the last minutes is new too."""
        if len(words) > 1:
            raise UsageError("One number of minutes is expected after `raid begin`, or nothing.")
        self._course.begin_raid(number_in(words[0], 0) if words else 0)
        return self.raid(())

    def end_raid(self, words: Sequence[str]) -> Answer:
        """It is over."""
        nothing("raid end", words)
        self._course.end_raid()
        return self.raid(())

    def _mode(self) -> str:
        return self._course.note or "Everybody may write."

    def _set_door(self, kind: Kind, words: Sequence[str]) -> Answer:
        nothing(f"doors {kind.value}", words)
        self._course.set_door(kind)
        return self.doors(())

    def _set_member(self, verb: str, member: bool, words: Sequence[str]) -> Answer:
        if len(words) != 1 or not is_full(words[0]):
            raise UsageError(f"A tripcode in full is expected after `{verb}`: 43 characters. `members show` has them.")
        self._course.set_member(Tripcode.of(words[0]).digest, member=member)
        sentence = "Whoever has that tripcode is a member now." if member else "No member has that tripcode any more."
        return Answer((sentence,), {"tripcode": words[0], "member": member})

    def _set_mode(self, mode: Mode, words: Sequence[str]) -> Answer:
        nothing(f"mode {mode.value}", words)
        self._course.set_mode(mode)
        return self.mode(())

    def _set_captcha(self, when: When, words: Sequence[str]) -> Answer:
        nothing(f"captcha {when.value}", words)
        self._course.set_captcha(when)
        return self.captcha(())


def _answer(sentence: str, fact: Fact, *, configured: bool) -> Answer:
    """:return: it, and whether it is as the configuration has it."""
    return Answer((sentence,) if configured else (sentence, _HERE), {**fact, "configured": configured})
