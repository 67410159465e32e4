"""A daemon that only runs an encoder, to be killed by a test: ``python -m tests.real.encoder_daemon``."""

from __future__ import annotations

from typing import cast

from twisted.internet.interfaces import IReactorProcess

from onionstream.encoder.supervisor import Supervisor
from tests.real.encoding import POLICY, ReadAir, prepared


def main() -> None:
    """Run until killed."""
    from twisted.internet import reactor

    supervisor = Supervisor(prepared, ReadAir(), cast("IReactorProcess", reactor), POLICY, lambda: 0.0)
    supervisor.startService()
    reactor.run()


if __name__ == "__main__":
    main()
