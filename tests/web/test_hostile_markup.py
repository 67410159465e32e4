"""B-20: whatever people type is text, in every document that shows it; a parser as browsers have it says so."""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import Element

from hypothesis import given, settings
from hypothesis import strategies as some

from onionstream.chat.errors import ChatError
from onionstream.chat.looks import Look
from onionstream.chat.text import clean, printable
from tests.web.chatting import ChatCase, rules_of
from tests.web.markup import found, name, parsed, strangers, text

CORPUS = (
    "<b>bold</b>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=//evil.example/a.png>",
    "<img src='",
    '<img src="',
    '"><script>alert(1)</script>',
    "'><svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "</style><script>alert(1)</script>",
    "</script>",
    "</title></textarea></template></div></div>",
    "<template shadowrootmode=open><slot></slot></template>",
    "</template><div id=app>",
    "<!--",
    "--><b>",
    "<!doctype html><html lang=xx>",
    "<![CDATA[ x ]]>",
    "]]>",
    "<?xml version='1.0'?>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example>",
    "<link rel=stylesheet href=//evil.example/a.css>",
    "<form action=//evil.example><button>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=x><embed src=x><applet>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<table><tr><td><select><option>",
    "<plaintext>",
    "<noscript><p title='</noscript><img src=x>'>",
    "<div slot=title class='k5 hb' id=m1>",
    "<style>.m{display:none}</style>",
    "<style>@import '//evil.example'</style>",
    "x{background:url(//evil.example)}",
    "expression(alert(1))",
    "\\3c script\\3e",
    "\\00003cb\\00003e",
    "javascript:alert(1)",
    "` onmouseover=alert(1) x=`",
    "' onmouseover='alert(1)",
    '" onmouseover="alert(1)" style="color:red',
    "&lt;b&gt;",
    "&#60;b&#62;",
    "&",
    "&amp",
    "&notit;",
    "{{7*7}}",
    "{% raw %}",
    "{# x #}",
    "${7*7}",
    "{0.__class__}",
    "%s%n%(x)s",
    "#{7*7}",
    "<" * 512,
    "<<<b>>>",
    "+ADw-script+AD4-",
    "\x1b[31mred\x1b[0m",
    "\u202egnp.exe",
    "\u0130<\u0131>",
    "\ufe64script\ufe65",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "one\n<b>two</b>\n\nthree",
    "# The stream is offline.",
    "18:31 * Broadcaster: me",
)
"""The families of the OWASP cheat sheet and of security.md, in our own words."""


class HostileCase(ChatCase):
    """A site where everything that can be typed is hostile."""

    def assert_clean(self, page: bytes | str) -> Element:
        """There is nothing in a page that has no business there; :return: it."""
        root = parsed(page)
        self.assertEqual(list(strangers(root)), [])
        return root

    def said(self, root: Element, tag: str) -> list[str]:
        """:return: the messages on a page."""
        return [text(found(one, "span", class_="t")[0]) for one in found(root, tag, class_="m")]


class CorpusTests(HostileCase):
    """Each of them, everywhere."""

    def test_B20_messages(self) -> None:
        """From the history, and as they come: they round-trip exactly, in both pages."""
        expected = [clean(one) for one in CORPUS]
        for one in CORPUS[:30]:
            self.say(one)
        client = self.read()
        for one in CORPUS[30:]:
            self.say(one)
        self.turn()
        self.assertEqual(self.said(self.assert_clean(self.body(client)), "div"), expected)
        plain = self.said(self.assert_clean(self.body(self.read(address="/plain"))), "p")
        self.assertEqual([one.replace("\n\u00a0\u00a0\u00a0\u00a0", "\n") for one in plain], expected)
        self.assertEqual(self.errors(), [])

    def test_B20_names(self) -> None:
        """In messages, in the list of users, in rules."""
        names = [one[:24].strip() for one in CORPUS if "\n" not in one and one[:24].isprintable()]
        client, shown = self.read(), []
        for raw in names:
            who, _ = self.newcomer()
            look = Look(name=raw)
            person = self.room.person(who.key)
            person.look = look  # as if it had passed: what the room refuses is another matter
            self.room._people.keep(person, 0.0)
            self.say("hello", who.key)
            shown.append(raw)
            self.watch(who)
        self.turn(60)
        root = self.assert_clean(self.body(client))
        called = [text(found(one, "b", class_="n")[0]) for one in found(root, "div", class_="m")]
        self.assertEqual(called, shown)
        listed = [text(found(one, "b", class_="n")[0]) for one in found(found(root, "div", class_="ul")[-1], "li")]
        self.assertEqual(listed, shown)
        plain = self.assert_clean(self.body(self.read(address="/plain")))
        self.assertEqual([text(found(one, "b")[0]) for one in found(plain, "p", class_="m")], shown)

    def test_B20_names_that_change(self) -> None:
        """The rules hold none of it, and so the document is what it was."""
        client = self.read()
        somebody = self.person(name="Anna")
        for number, raw in enumerate(CORPUS):
            somebody.look = Look(name=raw)
            self.live.feed._change(somebody)
            self.turn()
            self.assertNotIn(raw, rules_of(self.body(client)), number)
        self.assert_clean(self.body(client))

    def test_B20_the_title_and_the_description(self) -> None:
        """As a document begins and as they change, and in the title of the plain page."""
        client = self.read()
        for raw in CORPUS:
            one = clean(raw)
            self.stage = replace(self.stage, title=one, description=one)
            self.live.stage_changed()
            self.turn()
            for page in (self.body(client), self.body(self.read())):
                root = self.assert_clean(page)
                self.assertEqual(text(found(root, "span", slot="title")[-1]), one)
                self.assertEqual(text(found(root, "p", slot="about")[-1]), one)
            plain = self.assert_clean(self.body(self.read(address="/plain")))
            # A title has no lines of its own, and the parser trims nothing else.
            self.assertEqual((text(found(plain, "title")[0]), text(found(plain, "h1")[0])), (one, one))

    def test_B20_the_shadow_keeps_what_is_in_it(self) -> None:
        """Nothing typed gets into the layout, or out of the host."""
        client = self.read()
        before = len(list(found(parsed(self.body(client)), "template")[0].iter()))
        for one in CORPUS:
            self.say(one)
        self.turn()
        root = self.assert_clean(self.body(client))
        self.assertEqual(len(list(found(root, "template")[0].iter())), before)
        (host,) = found(root, "div", id="app")
        self.assertEqual(len([one for one in host if "m" in one.get("class", "").split()]), len(CORPUS))
        (body,) = found(root, "body")
        self.assertEqual([name(one) for one in body], ["div"])

    def test_B20_text_of_terminals(self) -> None:
        """No control character, and no line that looks like one of ours."""
        client = self.read(address="/chat.txt")
        head = self.news(client)
        for one in CORPUS:
            self.say(one)
        news = self.news(client)
        self.assertTrue(head)
        for line in news.splitlines():
            self.assertRegex(line, r"\A(18:31 - Anonymous#[0-9a-f]{3}: |        )")
            self.assertEqual(printable(line), line)


class AnyTextTests(HostileCase):
    """Whatever text there is."""

    @given(some.text(some.characters(codec="utf-8"), min_size=1, max_size=200))
    @settings(max_examples=60)
    def test_B20_any_message_round_trips(self, raw: str) -> None:
        """What the pipeline of D-11 lets through comes back out of the parser as it was."""
        self.setUp()
        client = self.read()
        try:
            self.say(raw)
        except ChatError:
            return  # nothing was said
        expected = clean(raw)
        self.turn()
        self.assertEqual(self.said(self.assert_clean(self.body(client)), "div"), [expected])

    @given(some.text(max_size=100))
    def test_terminals_get_only_what_they_show(self, raw: str) -> None:
        """Nothing they would obey, and no end of a line."""
        line = printable(raw)
        self.assertTrue(all(one.isprintable() or one == "\u200d" for one in line))
