//! [`Patience`]: how long what was lost is tried again.

use std::marker::PhantomData;
use std::time::Duration;

use verbs_shim::WorkError;

use crate::endpoint::ExchangeError;
use crate::error::Error;
use crate::primitives::Primitives;

/// For so long a home that lives may be out of reach, before that is an error.
pub(crate) const OUT_OF_REACH: Duration = Duration::from_secs(30);

/// How often something that was lost is tried again.
pub(crate) struct Patience<P> {
    since: Option<Duration>,
    attempt: u32,
    of: PhantomData<P>,
}

impl<P: Primitives> Patience<P> {
    pub(crate) fn new() -> Patience<P> {
        Patience { since: None, attempt: 0, of: PhantomData }
    }

    /// Whether it may be tried again, after a moment.
    pub(crate) fn again(&mut self) -> bool {
        let now = P::now();
        let since = *self.since.get_or_insert(now);
        P::relax(self.attempt);
        self.attempt = self.attempt.saturating_add(1);
        now.saturating_sub(since) < OUT_OF_REACH
    }

    /// Does something until it is not lost.
    pub(crate) fn insist(
        &mut self,
        mut exchange: impl FnMut() -> Result<(), ExchangeError>,
    ) -> Result<(), Error> {
        loop {
            let lost: WorkError = match exchange() {
                Ok(()) => return Ok(()),
                Err(ExchangeError::Fatal(error)) => return Err(error),
                Err(ExchangeError::Lost(error)) => error,
            };
            if !self.again() {
                return Err(Error::Work(lost));
            }
        }
    }
}
