"""Tests of onionstream; each folder mirrors a package, and real/ holds those with real programs."""

from contextlib import suppress

with suppress(ImportError):  # benchmarks/ takes pieces from here, and needs no Hypothesis
    from hypothesis import HealthCheck, settings

    # Wall time says nothing on a machine that is busy: no test of ours fails by it, and so none of Hypothesis' either,
    # whoever runs it. Settings of single tests begin with these, since this is read before them.
    settings.register_profile(
        "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
    )
    settings.load_profile("untimed")
