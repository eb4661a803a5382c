//! No acknowledged write is lost, and nothing appears that nobody wrote.
//!
//! For locations whose writers follow one another: one writer, or several of which the next begins only
//! when the last is fenced. Then the writes of a location have an order, that of their issue, also where
//! they are non-blocking and acknowledged together. A read that begins after a write was acknowledged returns
//! that write or one issued later; a write without acknowledgement may be seen or not, but not after
//! an acknowledged one that was issued later. A read never returns what is issued only after its end.
//!
//! A value is a record of one or more words. Whether a record may be seen half old and half new is for
//! the caller to say: [`Tearing`].

use std::collections::BTreeMap;

use super::Violation;

const PROMISE: &str = "acknowledged writes";

/// A write of a record, in order numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Write {
    /// Where to.
    pub location: u64,
    /// What. All writes of a location have the same number of words.
    pub record: Vec<u64>,
    /// When the call began.
    pub issued: u64,
    /// When the writer knew that it is there: a blocking call returned, or a quiet after it. `None` when
    /// it never did.
    pub acknowledged: Option<u64>,
}

/// A read of a record that was answered, in order numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Read {
    /// Where from.
    pub location: u64,
    /// What was there.
    pub record: Vec<u64>,
    /// When the call began.
    pub began: u64,
    /// When it returned.
    pub ended: u64,
}

impl Read {
    /// What a location contains when all is over.
    pub fn at_the_end(location: u64, record: impl Into<Vec<u64>>) -> Read {
        Read { location, record: record.into(), began: u64::MAX, ended: u64::MAX }
    }
}

/// Whether a read may return words of different writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tearing {
    /// Never: each record is one that somebody wrote as a whole.
    Never,
    /// Each word may come from another write, of those that the read may see at all.
    Words,
}

/// Checks what was read against what was written. Locations that were read and never written contain what
/// `initial` says, as all locations do before the first write.
///
/// # Errors
/// The first read, by its beginning, that returned what it must not.
pub fn check(
    initial: impl Fn(u64) -> Vec<u64>,
    writes: &[Write],
    reads: &[Read],
    tearing: Tearing,
) -> Result<(), Violation> {
    let mut locations: BTreeMap<u64, Vec<&Write>> = BTreeMap::new();
    for write in writes {
        locations.entry(write.location).or_default().push(write);
    }
    for writes in locations.values_mut() {
        writes.sort_by_key(|write| write.issued);
    }
    let mut reads: Vec<&Read> = reads.iter().collect();
    reads.sort_by_key(|read| (read.began, read.ended));
    for read in reads {
        let writes = locations.get(&read.location).map_or(&[][..], Vec::as_slice);
        check_one(&initial(read.location), writes, read, tearing)?;
    }
    Ok(())
}

fn check_one(
    initial: &[u64],
    writes: &[&Write],
    read: &Read,
    tearing: Tearing,
) -> Result<(), Violation> {
    let settled = writes.iter().rposition(|write| {
        write.acknowledged.is_some_and(|acknowledged| acknowledged < read.began)
    });
    let end = writes.partition_point(|write| write.issued < read.ended);
    // What the read may see, the settled one first.
    let from = settled.unwrap_or(0);
    let oldest = if settled.is_some() { &[][..] } else { &[initial][..] };
    let may: Vec<&[u64]> = oldest
        .iter()
        .copied()
        .chain(writes.get(from..end).unwrap_or(&[]).iter().map(|write| write.record.as_slice()))
        .collect();
    let fine = match tearing {
        Tearing::Never => may.contains(&read.record.as_slice()),
        Tearing::Words => {
            may[0].len() == read.record.len()
                && (0..read.record.len())
                    .all(|i| may.iter().any(|record| record.get(i) == Some(&read.record[i])))
        }
    };
    if fine {
        return Ok(());
    }
    let Read { location, record, began, ended } = read;
    let when = match *began {
        u64::MAX => "contains at the end".to_owned(),
        _ => format!("was read, from {began} to {ended}, as"),
    };
    let mut text =
        format!("location {location} {when} {record:?}: {}.", diagnose(initial, writes, read));
    if let Some(settled) = settled {
        text += &format!("\n    acknowledged before it: {}", show(writes[settled]));
    }
    for write in
        writes.get(settled.map_or(0, |settled| settled + 1)..end).unwrap_or(&[]).iter().take(8)
    {
        text += &format!("\n    possible too: {}", show(write));
    }
    Err(Violation::new(PROMISE, text))
}

fn show(write: &Write) -> String {
    let acknowledged = match write.acknowledged {
        Some(acknowledged) => format!("acknowledged at {acknowledged}"),
        None => "never acknowledged".to_owned(),
    };
    format!("{:?}, issued at {}, {acknowledged}", write.record, write.issued)
}

/// What kind of mistake it is.
fn diagnose(initial: &[u64], writes: &[&Write], read: &Read) -> String {
    if let Some(write) = writes.iter().rev().find(|write| write.record == read.record) {
        return if write.issued < read.ended {
            format!(
                "an acknowledged write is lost; this is an older one, issued at {}",
                write.issued
            )
        } else {
            format!("it is written later only, at {}", write.issued)
        };
    }
    if initial == read.record {
        return "an acknowledged write is lost; this is what was there at the start".to_owned();
    }
    let known = |i: usize, word: u64| {
        initial.get(i) == Some(&word)
            || writes.iter().any(|write| write.record.get(i) == Some(&word))
    };
    if read.record.iter().enumerate().all(|(i, &word)| known(i, word)) {
        "torn: its words were written, but not together".to_owned()
    } else {
        "nobody ever wrote that".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(record: &[u64], issued: u64, acknowledged: u64) -> Write {
        let acknowledged = (acknowledged > 0).then_some(acknowledged);
        Write { location: 0, record: record.to_vec(), issued, acknowledged }
    }

    fn read(record: &[u64], began: u64, ended: u64) -> Read {
        Read { location: 0, record: record.to_vec(), began, ended }
    }

    fn judge(writes: &[Write], reads: &[Read]) -> Result<(), Violation> {
        check(|_| vec![0; reads[0].record.len()], writes, reads, Tearing::Never)
    }

    fn refused(writes: &[Write], reads: &[Read]) -> String {
        judge(writes, reads).expect_err("must be refused").to_string()
    }

    #[test]
    fn accepts_the_last_acknowledged_or_later() {
        let writes = [write(&[1], 10, 12), write(&[2], 20, 22), write(&[3], 30, 0)];
        for (value, began, ended) in [
            (0, 1, 2),
            (0, 9, 11),
            (1, 9, 11),
            (1, 13, 14),
            (1, 13, 21),
            (2, 21, 22),
            (2, 23, 24),
            (2, 40, 41),
            (3, 40, 41),
            (3, 9, 31),
        ] {
            judge(&writes, &[read(&[value], began, ended)]).expect("sound");
        }
        judge(&writes, &[Read::at_the_end(0, [2])]).expect("sound");
        judge(&writes, &[Read::at_the_end(0, [3])]).expect("sound");
        judge(&[], &[read(&[0], 1, 2)]).expect("sound");
    }

    #[test]
    fn refuses_lost_writes() {
        let writes = [write(&[1], 10, 12), write(&[2], 20, 22)];
        let text = refused(&writes, &[read(&[1], 23, 24)]);
        assert!(text.contains("location 0 was read, from 23 to 24, as [1]"), "{text}");
        assert!(text.contains("lost; this is an older one, issued at 10"), "{text}");
        assert!(text.contains("acknowledged before it: [2], issued at 20"), "{text}");
        let text = refused(&writes, &[Read::at_the_end(0, [0])]);
        assert!(text.contains("contains at the end [0]"), "{text}");
        assert!(text.contains("what was there at the start"), "{text}");
        // Another location's is no excuse.
        let elsewhere = Read { location: 1, ..read(&[1], 23, 24) };
        assert!(refused(&writes, &[elsewhere]).contains("nobody ever wrote that"));
    }

    #[test]
    fn refuses_a_late_write_of_a_dead_writer() {
        // The first was never acknowledged; its writer was fenced, and the next wrote. A first one
        // that lands now is late, whoever wrote it.
        let writes = [write(&[1], 10, 0), write(&[2], 20, 22)];
        judge(&writes, &[read(&[1], 15, 16), read(&[1], 21, 23)]).expect("sound");
        refused(&writes, &[read(&[1], 23, 24)]);
        refused(&writes, &[Read::at_the_end(0, [1])]);
    }

    #[test]
    fn non_blocking_writes_are_ordered_though_acknowledged_together() {
        let writes = [write(&[1], 1, 9), write(&[2], 2, 9)];
        judge(&writes, &[read(&[1], 3, 10), read(&[2], 10, 11)]).expect("sound");
        refused(&writes, &[read(&[1], 10, 11)]);
    }

    #[test]
    fn refuses_the_future_and_what_nobody_wrote() {
        let writes = [write(&[1], 10, 12)];
        assert!(refused(&writes, &[read(&[1], 3, 9)]).contains("it is written later only, at 10"));
        assert!(refused(&writes, &[read(&[7], 13, 14)]).contains("nobody ever wrote that"));
        assert!(refused(&[], &[Read::at_the_end(0, [7])]).contains("nobody ever wrote that"));
    }

    #[test]
    fn refuses_torn_records_unless_words_may_differ() {
        let writes = [write(&[1, 1], 1, 2), write(&[2, 2], 10, 20)];
        let torn = |began, ended| read(&[2, 1], began, ended);
        judge(&writes, &[read(&[1, 1], 11, 12), read(&[2, 2], 11, 12)]).expect("sound");
        assert!(refused(&writes, &[torn(11, 12)]).contains("torn"));
        let words = |read: Read| check(|_| vec![0, 0], &writes, &[read], Tearing::Words);
        // While it is written, that may be; before and after not, nor with what is older still.
        words(torn(11, 12)).expect("sound");
        words(torn(3, 9)).expect_err("before");
        words(torn(21, 22)).expect_err("after");
        words(read(&[2, 0], 11, 12)).expect_err("older");
        words(read(&[2, 3], 11, 12)).expect_err("nobody's");
        words(read(&[2], 11, 12)).expect_err("too short");
        words(read(&[1, 2, 2], 11, 12)).expect_err("too long");
    }
}
