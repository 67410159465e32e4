"""
How Firefox and Chromium are set up for a test: silent, without scripts, and with no way out but to the test's own site.

Neither browser may reach the network: whatever is not on 127.0.0.1 goes to a SOCKS proxy at a closed port (and so do
the names: nothing is resolved here). On top of that their background requests are switched off one by one: with
Firefox ESR 153 and Chromium 156 strace saw no connection but to the site in half a minute.

Both run as root without a session bus, a sound card and a window manager:

* Firefox wants a home directory that belongs to root (else it refuses to start), its geometry from ``xulstore.json``
  (with no window manager ``--kiosk`` alone fills nine tenths of the screen) and, for windows under 450 px, a line of
  ``userChrome.css``. Its own sandbox works as root.
* Chromium wants ``--no-sandbox``, and ``--app`` as well as ``--kiosk``: a window with tabs is never narrower than
  500 px.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.real.processes import find

CLOSED_PORT = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """
    What a viewer has set in his browser.

    :ivar scripts: run JavaScript.
    :ivar cookies: keep and send cookies.
    :ivar audible: let a video with sound start by itself. Otherwise the browser's own policy holds: only a muted one
        does.
    :ivar sound: the PulseAudio server that it plays to, as in ``$PULSE_SERVER``; empty: there is no sound card.
    :ivar socks_port: of the SOCKS proxy on 127.0.0.1 through which all goes that is not for 127.0.0.1.
    :ivar remote: it can be put under remote control, see `tests.real.remote`.
    :ivar preferences: more of Firefox's preferences (``about:config``).
    :ivar flags: more of Chromium's command line.
    """

    scripts: bool = False
    cookies: bool = True
    audible: bool = False
    sound: str = ""
    socks_port: int = CLOSED_PORT
    remote: bool = False
    preferences: Mapping[str, bool | int | str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


_QUIET_FIREFOX: Mapping[str, bool | int | str] = {
    # no questions, no tours, no notes over the page
    "browser.aboutwelcome.enabled": False,
    "browser.preonboarding.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "browser.translations.enable": False,
    "datareporting.policy.dataSubmissionPolicyBypassNotification": True,
    "termsofuse.bypassNotification": True,
    # no background requests
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.newtabpage.activity-stream.feeds.adsfeed": False,
    "browser.newtabpage.activity-stream.feeds.system.topstories": False,
    "browser.newtabpage.activity-stream.showSponsored": False,
    "browser.newtabpage.activity-stream.showSponsoredTopSites": False,
    "browser.newtabpage.activity-stream.unifiedAds.endpoint": "",
    "browser.newtabpage.enabled": False,
    "browser.region.network.url": "",
    "browser.region.update.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.topsites.contile.enabled": False,
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.usage.uploadEnabled": False,
    "dom.push.connection.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.http.speculative-parallel-limit": 0,
    "network.prefetch-next": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",  # heeded only with the environment variable below
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "data:,",
    # no names, and no way out but the proxy
    "network.dns.blockDotOnion": False,
    "network.dns.disabled": True,
    "network.proxy.failover_direct": False,
    "network.proxy.no_proxies_on": "127.0.0.1",
    "network.proxy.socks": "127.0.0.1",
    "network.proxy.socks_remote_dns": True,
    "network.proxy.type": 1,
    "network.trr.mode": 5,
    # a CSS pixel is a pixel; the window may be narrow
    "layout.css.devPixelsPerPx": "1.0",
    "toolkit.legacyUserProfileCustomizations.stylesheets": True,
}
FIREFOX_ENVIRONMENT: Mapping[str, str] = {
    "MOZ_CRASHREPORTER_DISABLE": "1",
    "MOZ_REMOTE_SETTINGS_DEVTOOLS": "1",
}
_NARROW = ":root { min-width: 0 !important; min-height: 0 !important }"

_QUIET_CHROMIUM = (
    "--no-first-run",
    "--test-type",  # no bar that warns of --no-sandbox
    "--allow-browser-signin=false",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-extensions-with-background-pages",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-features=AsyncDns,DnsOverHttps,MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,Translate",
    "--disable-quic",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-pings",
    "--password-store=basic",
    f"--component-updater=url-source=http://127.0.0.1:{CLOSED_PORT}/",
    f"--gaia-url=http://127.0.0.1:{CLOSED_PORT}/",
    f"--google-apis-url=http://127.0.0.1:{CLOSED_PORT}/",
    "--disable-gpu",
    "--force-device-scale-factor=1",
)


def firefox(profile: Path, url: str, width: int, height: int, habits: Habits) -> list[str]:
    """
    Fill a new profile.

    :param profile: an empty directory.
    :return: the command that shows `url` in a window of this size, in pixels.
    """
    preferences = {
        **_QUIET_FIREFOX,
        "javascript.enabled": habits.scripts,
        "media.autoplay.default": 0 if habits.audible else 1,
        "network.cookie.cookieBehavior": 5 if habits.cookies else 2,
        "network.proxy.socks_port": habits.socks_port,
        **habits.preferences,
    }
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items()]
    (profile / "user.js").write_text("".join(lines))
    window = {"width": str(width), "height": str(height), "screenX": "0", "screenY": "0", "sizemode": "normal"}
    (profile / "xulstore.json").write_text(
        json.dumps({"chrome://browser/content/browser.xhtml": {"main-window": window}})
    )
    (profile / "chrome").mkdir()
    (profile / "chrome" / "userChrome.css").write_text(_NARROW)
    program = find("firefox-esr", "firefox")
    return [program, "--no-remote", "--new-instance", "--profile", str(profile), *_remote(habits), "--kiosk", url]


def chromium(profile: Path, url: str, width: int, height: int, habits: Habits) -> list[str]:
    """
    Fill a new profile.

    :param profile: an empty directory.
    :return: the command that shows `url` in a window of this size, in pixels.
    """
    content = {"javascript": 1 if habits.scripts else 2, "cookies": 1 if habits.cookies else 2}
    settings = {"profile": {"default_content_setting_values": content}, "signin": {"allowed": False}}
    (profile / "Default").mkdir()
    (profile / "Default" / "Preferences").write_text(json.dumps(settings))
    return [
        find("chromium", "chromium-browser", "google-chrome"),
        *_QUIET_CHROMIUM,
        "--no-sandbox",
        f"--user-data-dir={profile}",
        f"--proxy-server=socks5://127.0.0.1:{habits.socks_port}",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        f"--window-size={width},{height}",
        "--window-position=0,0",
        "--kiosk",
        *(["--autoplay-policy=no-user-gesture-required"] if habits.audible else []),
        *_remote(habits),
        *habits.flags,
        f"--app={url}",
    ]


def _remote(habits: Habits) -> list[str]:
    """
    :return: of the command line: listen on a free port, and write it down in the profile.
    """
    return ["--remote-debugging-port=0"] if habits.remote else []
