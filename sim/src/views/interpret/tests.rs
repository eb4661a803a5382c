use pangea::cluster::Distribution;

use super::*;
use crate::views::program::{Fill, Segment};

/// Two threads on two nodes, a segment of bytes, a lock.
fn program() -> Program {
    let segment = Segment {
        width: 1,
        len: 8192,
        page: 4096,
        distribution: Distribution::Block,
        cache_bytes: 1 << 20,
    };
    Program {
        nodes: 2,
        threads: 1,
        sharing: Sharing::Alone,
        segments: vec![segment],
        locks: vec![0],
        flags: 0,
        rounds: Vec::new(),
        places: Vec::new(),
    }
}

fn place() -> Place {
    Place { segment: 0, elements: 4095..4097 }
}

fn new() -> [u8; 2] {
    let mut bytes = [0; 2];
    Fill::Fresh(7).apply(&mut bytes);
    assert!(!bytes.contains(&0));
    bytes
}

fn changes() -> Event {
    Event::Change(place(), Fill::Fresh(7), vec![0; 2])
}

fn reads(bytes: [u8; 2]) -> Event {
    Event::Read(place(), bytes.to_vec())
}

#[test]
fn what_was_released_is_read_and_nothing_older() {
    let [first, second] = new();
    for (found, is_good) in [([first, second], true), ([0, 0], false), ([first, 0], false)] {
        let mut record = Record::default();
        record.add(0, changes());
        let begun = record.releasing(0, Scope::Segment(0));
        record.released(0, begun);
        record.add(1, reads(found));
        assert_eq!(judge(&program(), &record).is_empty(), is_good, "{found:?}");
    }
}

#[test]
fn what_a_living_thread_has_not_released_is_read_in_a_race() {
    let mut record = Record::default();
    record.add(0, changes());
    record.add(1, reads(new()));
    record.add(0, reads(new()));
    let found = judge(&program(), &record);
    assert!(found[0].contains("has not released"), "{found:?}");
}

#[test]
fn what_the_dead_have_not_released_is_there_or_not_and_stays_so() {
    let [first, second] = new();
    let never = !second;
    for (found, is_good) in [([first, second], true), ([0, second], true), ([first, never], false)]
    {
        for (again, is_same) in [(found, true), ([found[0] ^ first, found[1]], false)] {
            let mut record = Record::default();
            record.add(0, changes());
            record.add(1, reads(found));
            record.add(1, reads(again));
            let found = judge(&program(), &record);
            assert_eq!(found.is_empty(), is_good && is_same, "{found:?}");
        }
    }
}

#[test]
fn what_failed_may_come_back() {
    let mut record = Record::default();
    record.add(0, changes());
    record.releasing(0, Scope::All);
    let mut newer = [0; 2];
    Fill::Fresh(8).apply(&mut newer);
    record.add(1, Event::Change(place(), Fill::Fresh(8), vec![0; 2]));
    let begun = record.releasing(1, Scope::All);
    record.released(1, begun);
    record.add(0, Event::Locked(0));
    record.add(1, reads(new()));
    assert_eq!(judge(&program(), &record), Vec::<String>::new());
    let [_, second] = new();
    let never = (1..=u8::MAX).find(|byte| ![second, newer[1]].contains(byte)).unwrap();
    record.add(1, reads([0, never]));
    assert_eq!(judge(&program(), &record).len(), 1);
}

#[test]
fn what_a_killed_node_was_sending_does_not_come_back() {
    for (is_killed, count) in [(false, 0), (true, 1)] {
        let mut record = Record::default();
        record.add(0, changes());
        record.releasing(0, Scope::All);
        record.add(1, Event::Change(place(), Fill::Fresh(8), vec![0; 2]));
        let begun = record.releasing(1, Scope::All);
        record.released(1, begun);
        record.add(1, reads(new()));
        if is_killed {
            record.kill(0);
        }
        assert_eq!(judge(&program(), &record).len(), count);
    }
}

#[test]
fn a_lock_has_one_holder() {
    for (gives_back, count) in [(true, 0), (false, 1)] {
        let mut record = Record::default();
        record.add(0, Event::Locked(0));
        if gives_back {
            record.releasing(0, Scope::Lock { lock: 0, segment: 0, only: Some(0..1) });
        }
        record.add(1, Event::Locked(0));
        record.add(0, Event::Read(Place { segment: 0, elements: 0..1 }, vec![0]));
        assert_eq!(judge(&program(), &record).len(), count);
    }
}
