"""``python -m onionstream`` is ``onionstream``."""

import sys

from onionstream.commandline import main

sys.exit(main())
