//! Programs over the model of a memory.

use super::model::{Homes, Mistake, Model};
use super::*;
use crate::outcome::{End, Outcome};
use crate::scenario::Setup;

fn modelled(shape: &Shape, log: &Log, mistake: Mistake) -> Prepared {
    run_of(drawn(shape, false), shape, log, false, over_model(mistake))
}

fn over_model(mistake: Mistake) -> Make {
    let homes = Homes::default();
    Box::new(move |sim, program| Model::make(sim, program, &homes, mistake))
}

fn run(seed: u64, prepare: fn(&Shape, &Log) -> Prepared) -> Outcome {
    let scenario = Scenario {
        name: "modelled",
        what: "",
        traps: &[],
        faults: FaultKinds::NONE,
        nodes: (2, 4),
        operations: 12,
        prepare,
    };
    scenario.run(&Setup::of_seed(seed))
}

#[test]
fn programs_read_from_a_sound_memory_what_the_interpreter_says() {
    let mut operations = 0;
    for seed in 0..200 {
        let outcome = run(seed, |shape, log| modelled(shape, log, Mistake::Nothing));
        assert!(outcome.is_good(), "{outcome}");
        operations += outcome.operations;
    }
    assert!(operations > 200 * 30, "{operations}");
}

fn litmus(shape: &Shape, log: &Log, mistake: Mistake) -> Prepared {
    let litmus = shapes::draw(shape.seed, shape.nodes as usize);
    litmus_of(litmus, shape, log, over_model(mistake))
}

#[test]
fn litmus_tests_over_a_sound_memory_come_out_as_they_should() {
    for seed in 0..100 {
        let outcome = run(seed, |shape, log| litmus(shape, log, Mistake::Nothing));
        assert!(outcome.is_good(), "{outcome}");
    }
}

#[test]
fn forbidden_outcomes_are_found_without_an_interpreter() {
    let fails = |seed: &u64| {
        let outcome = run(*seed, |shape, log| litmus(shape, log, Mistake::NoAcquire));
        outcome.to_string().contains("which no order of all accesses gives")
    };
    let count = (0..100).filter(fails).count();
    assert!(count >= 5, "{count}");
}

/// How many of so many seeds find it.
fn found_by(seeds: u64, prepare: fn(&Shape, &Log) -> Prepared) -> usize {
    let fails = |seed: &u64| matches!(run(*seed, prepare).end, End::Failed(_));
    (0..seeds).filter(fails).count()
}

#[test]
fn mistakes_are_found() {
    let found = [
        found_by(100, |shape, log| modelled(shape, log, Mistake::NoAcquire)),
        found_by(100, |shape, log| modelled(shape, log, Mistake::FilledGaps)),
        found_by(100, |shape, log| modelled(shape, log, Mistake::ForgetsByte)),
        found_by(100, |shape, log| modelled(shape, log, Mistake::UnlocksFirst)),
        found_by(100, |shape, log| modelled(shape, log, Mistake::NoAcquireOfRange)),
    ];
    assert!(found.iter().all(|count| *count >= 5), "{found:?}");
}
