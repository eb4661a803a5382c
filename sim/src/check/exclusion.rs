//! Mutual exclusion, and fencing tokens.
//!
//! [`check`] says that no two holds of one lock overlap. [`check_tokens`] says what remains when a lock
//! is taken over from a holder that does not know it yet: every hold has a token of its own, and one
//! that was asked for after another had been got has the greater token. [`check_fenced`] looks from the side
//! of what is protected: it never lets an access pass after one with a greater token.

use std::collections::BTreeMap;

use super::Violation;

/// One holder's time with a lock, in order numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hold {
    /// Which lock.
    pub lock: u64,
    /// Who held it.
    pub holder: u32,
    /// When it began to ask.
    pub asked: u64,
    /// When it was told that it holds the lock.
    pub from: u64,
    /// When it began to give the lock back, or died; `None` when it held the lock to the end.
    pub until: Option<u64>,
    /// The fencing token that came with the lock; 0 where there are none.
    pub token: u64,
}

impl std::fmt::Display for Hold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Hold { holder, asked, from, token, .. } = self;
        write!(f, "p{holder} asked at {asked}, held from {from} ")?;
        match self.until {
            Some(until) => write!(f, "to {until}")?,
            None => write!(f, "on")?,
        }
        write!(f, " with token {token}")
    }
}

fn by_lock(holds: &[Hold]) -> BTreeMap<u64, Vec<&Hold>> {
    let mut locks: BTreeMap<u64, Vec<&Hold>> = BTreeMap::new();
    for hold in holds {
        locks.entry(hold.lock).or_default().push(hold);
    }
    for holds in locks.values_mut() {
        holds.sort_by_key(|hold| hold.from);
    }
    locks
}

/// Checks that each lock has one holder at a time. Getting a lock that one holds oneself counts too.
///
/// # Errors
/// The first two holds that overlap.
pub fn check(holds: &[Hold]) -> Result<(), Violation> {
    for (lock, holds) in by_lock(holds) {
        for pair in holds.windows(2) {
            // Sorted by their beginning, and up to here none overlapped: neighbors are enough.
            if pair[0].until.is_none_or(|until| until > pair[1].from) {
                let text = format!("lock {lock} was held twice:\n    {}\n    {}", pair[0], pair[1]);
                return Err(Violation::new("mutual exclusion", text));
            }
        }
    }
    Ok(())
}

/// Checks that tokens are unique, and rise between holds of which one was asked for after the other had
/// been got, whether the holds overlap or not.
///
/// # Errors
/// The first hold whose token is not greater, with the one before.
pub fn check_tokens(holds: &[Hold]) -> Result<(), Violation> {
    let broken = |lock: u64, what: &str, a: &Hold, b: &Hold| {
        Err(Violation::new("fencing", format!("lock {lock}, {what}:\n    {a}\n    {b}")))
    };
    for (lock, holds) in by_lock(holds) {
        let mut tokens: BTreeMap<u64, &Hold> = BTreeMap::new();
        for &hold in &holds {
            if let Some(other) = tokens.insert(hold.token, hold) {
                return broken(lock, "the same token twice", other, hold);
            }
        }
        // The greatest token of those got before this one was asked for.
        let mut asking = holds.clone();
        asking.sort_by_key(|hold| hold.asked);
        let mut got = holds.iter().peekable();
        let mut greatest: Option<&Hold> = None;
        for hold in asking {
            while let Some(&&before) = got.peek().filter(|before| before.from < hold.asked) {
                got.next();
                greatest =
                    greatest.filter(|greatest| greatest.token > before.token).or(Some(before));
            }
            if let Some(greatest) = greatest.filter(|greatest| greatest.token > hold.token) {
                return broken(lock, "a token that does not rise", greatest, hold);
            }
        }
    }
    Ok(())
}

/// Checks that nobody reads under a lock while somebody writes.
///
/// # Errors
/// The first writer and reader that overlap.
pub fn check_readers(writers: &[Hold], readers: &[Hold]) -> Result<(), Violation> {
    let overlap = |a: &Hold, b: &Hold| {
        let ends_before = |a: &Hold, b: &Hold| a.until.is_some_and(|until| until <= b.from);
        a.lock == b.lock && !ends_before(a, b) && !ends_before(b, a)
    };
    for writer in writers {
        if let Some(reader) = readers.iter().find(|reader| overlap(writer, reader)) {
            let lock = writer.lock;
            let text =
                format!("lock {lock} was written and read under:\n    {writer}\n    {reader}");
            return Err(Violation::new("mutual exclusion", text));
        }
    }
    Ok(())
}

/// Checks that never more than `most` permits are out at a time; each hold is one.
///
/// # Errors
/// When there are, with the hold that is too many.
pub fn check_permits(holds: &[Hold], most: usize) -> Result<(), Violation> {
    for (lock, holds) in by_lock(holds) {
        for hold in &holds {
            let is_out = |other: &&&Hold| {
                other.from <= hold.from && other.until.is_none_or(|it| it > hold.from)
            };
            let out = holds.iter().filter(is_out).count();
            if out > most {
                let text = format!(
                    "{out} of {most} permits of {lock} are out, with this one:\n    {hold}"
                );
                return Err(Violation::new("permits", text));
            }
        }
    }
    Ok(())
}

/// Checks that between asking and getting, others have no more than `most` turns: holds in a row of one
/// node, of which `threads` holders have numbers side by side.
///
/// # Errors
/// The hold that came too late.
pub fn check_turns(holds: &[Hold], threads: u32, most: usize) -> Result<(), Violation> {
    for (lock, holds) in by_lock(holds) {
        for hold in &holds {
            let waited = holds.iter().filter(|it| it.from > hold.asked && it.from < hold.from);
            let mut nodes: Vec<u32> = waited.map(|it| it.holder / threads).collect();
            nodes.dedup();
            if nodes.len() > most {
                let turns = nodes.len();
                let text = format!("{turns} turns of lock {lock} came before:\n    {hold}");
                return Err(Violation::new("fairness", text));
            }
        }
    }
    Ok(())
}

/// An access that what a lock protects let pass, with the token that it carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Access {
    /// Which lock protects it.
    pub lock: u64,
    /// Who made the access.
    pub holder: u32,
    /// The token that came with it.
    pub token: u64,
    /// When it took effect.
    pub at: u64,
}

/// Checks that no access passed after one with a greater token.
///
/// # Errors
/// The first that did, with the one before.
pub fn check_fenced(accesses: &[Access]) -> Result<(), Violation> {
    let mut accesses: Vec<&Access> = accesses.iter().collect();
    accesses.sort_by_key(|access| access.at);
    let mut greatest: BTreeMap<u64, &Access> = BTreeMap::new();
    for access in accesses {
        let Access { lock, holder, token, at } = access;
        if let Some(before) = greatest.get(lock).filter(|before| before.token > *token) {
            let text = format!(
                "an access of p{holder} with token {token} of lock {lock} passed at {at}, after one of \
                 p{} with token {} at {}",
                before.holder, before.token, before.at
            );
            return Err(Violation::new("fencing", text));
        }
        greatest.insert(*lock, access);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(holder: u32, from: u64, until: u64) -> Hold {
        let until = (until > 0).then_some(until);
        Hold { lock: 0, holder, asked: from, from, until, token: from }
    }

    #[test]
    fn accepts_holds_one_after_the_other() {
        assert!(check(&[]).is_ok());
        assert!(check(&[hold(1, 5, 8), hold(0, 0, 4), hold(0, 9, 0)]).is_ok());
        // Another lock at the same time.
        assert!(check(&[hold(0, 0, 9), Hold { lock: 1, ..hold(1, 3, 5) }]).is_ok());
        // Asking while somebody holds is what locks are for.
        assert!(check(&[hold(0, 0, 4), Hold { asked: 1, ..hold(1, 6, 7) }]).is_ok());
    }

    #[test]
    fn refuses_holds_that_overlap() {
        let text = check(&[hold(1, 3, 8), hold(0, 0, 4)]).expect_err("overlap").to_string();
        assert!(text.contains("p0 asked at 0, held from 0 to 4"), "{text}");
        // One inside of another, far apart, one that never ended, and one's own.
        assert!(check(&[hold(0, 0, 9), hold(1, 3, 4)]).is_err());
        assert!(check(&[hold(0, 0, 1), hold(0, 2, 9), hold(1, 3, 4), hold(2, 5, 6)]).is_err());
        assert!(check(&[hold(0, 0, 0), hold(1, 3, 4)]).is_err());
        assert!(check(&[hold(0, 0, 5), hold(0, 3, 8)]).is_err());
    }

    #[test]
    fn readers_and_writers_keep_apart() {
        assert!(check_readers(&[hold(0, 0, 4), hold(1, 9, 12)], &[hold(2, 4, 9)]).is_ok());
        assert!(check_readers(&[Hold { lock: 1, ..hold(0, 0, 4) }], &[hold(2, 1, 9)]).is_ok());
        assert!(check_readers(&[hold(0, 0, 4)], &[hold(2, 3, 9)]).is_err());
        assert!(check_readers(&[hold(0, 5, 6)], &[hold(2, 3, 9)]).is_err());
        assert!(check_readers(&[hold(0, 1, 0)], &[hold(2, 3, 9)]).is_err());
    }

    #[test]
    fn permits_are_counted() {
        let three = [hold(0, 0, 5), hold(1, 1, 4), hold(2, 5, 6)];
        assert!(check_permits(&three, 2).is_ok());
        assert!(check_permits(&three, 1).is_err());
        assert!(check_permits(&[hold(0, 0, 0), hold(0, 0, 0), hold(1, 9, 10)], 2).is_err());
    }

    #[test]
    fn turns_are_holds_in_a_row() {
        let mut holds: Vec<Hold> = (1..9).map(|at| hold(at % 2, 10 * u64::from(at), 0)).collect();
        holds.push(Hold { asked: 0, ..hold(40, 100, 101) });
        // Of one node, these are one turn.
        assert!(check_turns(&holds, 16, 1).is_ok());
        assert!(check_turns(&holds, 1, 8).is_ok());
        assert!(check_turns(&holds, 1, 7).is_err());
    }

    fn token(asked: u64, from: u64, token: u64) -> Hold {
        Hold { lock: 0, holder: asked as u32, asked, from, until: None, token }
    }

    #[test]
    fn tokens_rise_with_the_order_of_getting() {
        assert!(check_tokens(&[token(0, 1, 5), token(2, 3, 6), token(4, 5, 9)]).is_ok());
        // Asked for at the same time: the answers may come in either order.
        assert!(check_tokens(&[token(0, 9, 1), token(1, 2, 2)]).is_ok());
        assert!(check_tokens(&[token(0, 1, 5), token(2, 3, 4)]).is_err());
        assert!(check_tokens(&[token(0, 1, 5), token(2, 3, 5)]).is_err());
        // The one before is not the neighbor: 7 was got at 1, then two overlap.
        assert!(check_tokens(&[token(0, 1, 7), token(0, 5, 2), token(3, 6, 6)]).is_err());
        assert!(check_tokens(&[token(0, 1, 7), token(0, 5, 2), token(3, 6, 8)]).is_ok());
        // Tokens of different locks have nothing to do with each other.
        assert!(check_tokens(&[token(0, 1, 5), Hold { lock: 1, ..token(2, 3, 4) }]).is_ok());
    }

    #[test]
    fn what_is_protected_lets_no_old_token_pass() {
        let access = |at, token| Access { lock: 0, holder: token as u32, token, at };
        assert!(check_fenced(&[access(0, 1), access(1, 1), access(2, 3)]).is_ok());
        let text = check_fenced(&[access(2, 1), access(0, 1), access(1, 2)]).expect_err("late");
        assert!(text.to_string().contains("token 1 of lock 0 passed at 2"), "{text}");
        assert!(check_fenced(&[access(0, 2), Access { lock: 1, ..access(1, 1) }]).is_ok());
    }
}
