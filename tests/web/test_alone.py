"""The form without the page around it."""

from __future__ import annotations

from tests.web.chat import ChatCase


class AloneTests(ChatCase):
    """As text browsers have it."""

    def test_S40_there_is_a_way_back_to_the_chat(self) -> None:
        """He stays who he is on it, with cookies and without."""
        for cookies in (True, False):
            visitor = self.visitor(cookies=cookies)
            query = visitor.address.removeprefix("/form").removesuffix("#msg")
            self.assertEqual(visitor.page.links["Back to the chat"], f"/plain{query}#end")

    def test_it_leads_text_browsers_to_nothing_that_has_no_end(self) -> None:
        """Neither here nor where somebody is banned: what is for others in another frame they would wait for."""
        visitor = self.visitor()
        for agent, offered in (("w3m/0.5.3", False), ("Lynx/2.9.0dev.12", False), ("Mozilla/5.0 Firefox/140.0", True)):
            visitor.go(visitor.address, f"User-Agent: {agent}")
            self.assertEqual("/live" in visitor.page.links.values(), offered, agent)
        visitor.press(text="one")
        self.room.ban(self.said[0].author.key)
        visitor.go(visitor.address, "User-Agent: w3m/0.5.3")
        self.assertEqual(visitor.page.links, {"Back to the chat": "/plain#end"})
