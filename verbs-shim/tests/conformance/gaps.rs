//! The known gaps of providers: the one list of tests that a provider cannot pass, with reasons.
//!
//! A test in this list is reported as ignored, with its reason. Each entry is a promise that does not
//! hold for that provider, so the layers above must not rely on it.

use crate::testbed::Kind;

pub(crate) struct Gap {
    pub(crate) provider: Kind,
    pub(crate) test: &'static str,
    pub(crate) reason: &'static str,
}

pub(crate) const GAPS: &[Gap] = &[];

pub(crate) fn gap(provider: Kind, test: &str) -> Option<&'static str> {
    GAPS.iter().find(|gap| gap.provider == provider && gap.test == test).map(|gap| gap.reason)
}
