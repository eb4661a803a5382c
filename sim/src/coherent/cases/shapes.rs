//! The classic litmus tests, on blocks: with each model, both mixed, and caches that are cold, warm, or evict.

use pangea::protocol::Rule::{self, Leased, Validated};

use super::super::program::Op::{self, Add, Await, CompareExchange, Fence, Read, Write};
use super::super::program::{Case, Object};

const X: usize = 0;
const Y: usize = 1;

/// A shape: its name, how many objects there are, and what the threads do.
type Shape = (&'static str, usize, Vec<Vec<Op>>);

fn shapes() -> Vec<Shape> {
    let (rx, ry) = (Read(X), Read(Y));
    let (wx, wy) = (Write(X, 1), Write(Y, 1));
    vec![
        ("SB", 2, vec![vec![wx, ry], vec![wy, rx]]),
        ("MP", 2, vec![vec![wx, wy], vec![ry, rx]]),
        ("LB", 2, vec![vec![rx, wy], vec![ry, wx]]),
        ("CoRR", 1, vec![vec![wx], vec![rx, rx, rx]]),
        ("2+2W", 2, vec![vec![wx, Write(Y, 2)], vec![wy, Write(X, 2)]]),
        ("S", 2, vec![vec![Write(X, 2), wy], vec![ry, wx]]),
        ("R", 2, vec![vec![wx, wy], vec![Write(Y, 2), rx]]),
        ("WRC", 2, vec![vec![wx], vec![rx, wy], vec![ry, rx]]),
        ("IRIW", 2, vec![vec![wx], vec![wy], vec![rx, ry], vec![ry, rx]]),
        ("updates", 1, vec![vec![Add(X, 1), rx], vec![Add(X, 1), rx]]),
        ("three updates", 1, vec![vec![Add(X, 1)], vec![Add(X, 2)], vec![Add(X, 4)]]),
        ("exchanges", 1, vec![vec![CompareExchange(X, 0, 1)], vec![CompareExchange(X, 0, 2), rx]]),
        ("own copy", 2, vec![vec![wx, ry, rx], vec![Write(X, 2), wy]]),
        ("again", 1, vec![vec![wx, Write(X, 2)], vec![rx, rx]]),
    ]
}

fn name_of(rule: Rule) -> &'static str {
    match rule {
        Leased => "seq",
        Validated => "strict",
    }
}

/// How objects begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    Cold,
    /// Every node has a copy, and its lease holds.
    Warm,
    /// The versions are about to wrap, the clocks are apart, and there is some lease.
    Late,
}

impl Start {
    fn object(self, rule: Rule, nodes: usize) -> Object {
        let object = Object::block(rule);
        match self {
            Start::Cold => object,
            Start::Warm => object.warm((1 << nodes) - 1, 8),
            Start::Late => Object { version: u16::MAX, wts: 3, ..object.holding(0).warm(2, 4) },
        }
    }
}

fn make(shape: &Shape, rules: &[Rule], starts: &[Start], nodes: &[usize]) -> Case {
    let (name, _, threads) = shape;
    let count = nodes.iter().max().map_or(0, |most| most + 1);
    let both = rules.iter().zip(starts);
    let objects = both.map(|(rule, start)| start.object(*rule, count)).collect();
    let names: Vec<&str> = rules.iter().map(|rule| name_of(*rule)).collect();
    let begin: Vec<String> = starts.iter().map(|s| format!("{s:?}").to_lowercase()).collect();
    let places: String = nodes.iter().map(usize::to_string).collect();
    let name = format!("{name} {}; {}; nodes {places}", names.join("+"), begin.join("+"));
    let threads = nodes.iter().copied().zip(threads.iter().cloned()).collect();
    let case = Case::new(name, objects, threads);
    if starts.contains(&Start::Late) { case.clock(0, 6).clock(count - 1, 11) } else { case }
}

/// All lists of so many of these.
fn lists<T: Copy>(of: &[T], count: usize) -> Vec<Vec<T>> {
    match count {
        0 => vec![Vec::new()],
        _ => of
            .iter()
            .flat_map(|first| {
                let rest = lists(of, count - 1).into_iter();
                rest.map(|rest| [vec![*first], rest].concat())
            })
            .collect(),
    }
}

/// Each thread on a node of its own.
fn apart(threads: usize) -> Vec<usize> {
    (0..threads).collect()
}

fn litmus(all: &mut Vec<Case>) {
    for shape in shapes() {
        let (_, objects, threads) = &shape;
        let nodes = apart(threads.len());
        for rules in lists(&[Leased, Validated], *objects) {
            for starts in lists(&[Start::Cold, Start::Warm, Start::Late], *objects) {
                let case = make(&shape, &rules, &starts, &nodes);
                let strict = rules.iter().all(|rule| *rule == Validated);
                let same = starts.iter().all(|start| *start == starts[0]);
                if strict && same && threads.len() < 4 {
                    let name = format!("{}; real time", case.name);
                    all.push(Case { name, ..case.clone() }.linearizable());
                }
                all.push(case);
            }
        }
    }
}

/// Two threads on one node, with others elsewhere.
fn shared_nodes(all: &mut Vec<Case>) {
    for (name, nodes) in [
        ("SB", vec![0, 0]),
        ("MP", vec![0, 0]),
        ("CoRR", vec![0, 0]),
        ("updates", vec![0, 0]),
        ("WRC", vec![0, 1, 1]),
        ("WRC", vec![0, 0, 1]),
        ("WRC", vec![0, 1, 0]),
        ("three updates", vec![0, 0, 1]),
    ] {
        let Some(shape) = shapes().into_iter().find(|shape| shape.0 == name) else { continue };
        for rule in [Leased, Validated] {
            let rules = vec![rule; shape.1];
            all.push(make(&shape, &rules, &vec![Start::Warm; shape.1], &nodes));
        }
    }
    // Two readers on one node see two writes of another in one order.
    let readers = vec![(0, vec![Write(X, 1), Write(Y, 1)]), (1, vec![Read(Y)]), (1, vec![Read(X)])];
    let warm = Object::block(Leased).warm(2, 8);
    all.push(Case::new("two readers of a node", vec![warm, warm], readers));
    // What a thread tells another of its node by other means is seen by it.
    let told = vec![(0, vec![Write(X, 1)]), (1, vec![Read(X)]), (1, vec![Await(1, 1), Read(X)])];
    all.push(Case::new("told inside a node", vec![warm], told));
    let told = vec![(0, vec![Write(X, 1)]), (0, vec![Await(0, 1), Read(X)])];
    all.push(Case::new("told of a write inside a node", vec![warm], told));
}

/// What a fence is for.
fn fences(all: &mut Vec<Case>) {
    let warm = Object::block(Leased).warm(2, 8);
    let told = vec![(0, vec![Write(X, 1)]), (1, vec![Await(0, 1), Fence, Read(X)])];
    all.push(Case::new("told, and fence", vec![warm], told));
    let told =
        vec![(0, vec![Write(X, 1)]), (1, vec![Await(0, 1), Fence, Read(X)]), (1, vec![Read(X)])];
    all.push(Case::new("told, and fence; two threads", vec![warm], told));
    let told = vec![
        (0, vec![Write(X, 1)]),
        (1, vec![Await(0, 1), Fence, Read(X)]),
        (1, vec![Write(X, 2)]),
    ];
    all.push(Case::new("told, and fence; a writer", vec![warm], told));
}

/// Blocks of other lengths, copies that vanish, and atomics that are not.
fn variations(all: &mut Vec<Case>) {
    for shape in shapes().into_iter().filter(|shape| ["SB", "MP", "CoRR", "WRC"].contains(&shape.0))
    {
        let nodes = apart(shape.2.len());
        for rule in [Leased, Validated] {
            let rules = vec![rule; shape.1];
            let case = make(&shape, &rules, &vec![Start::Warm; shape.1], &nodes);
            let of = |what: &str| format!("{}; {what}", case.name);
            let lines = |change: fn(Object) -> Object, name: String| Case {
                name,
                objects: case.objects.iter().copied().map(change).collect(),
                ..case.clone()
            };
            all.push(lines(Object::small, of("64 bytes")));
            all.push(lines(Object::large, of("1024 bytes")));
            if shape.2.len() == 2 {
                all.push(Case { name: of("evictions"), ..case.clone() }.evicting(1));
                all.push(Case { name: of("gaps"), ..case.clone() }.with_gaps());
                let cold = make(&shape, &rules, &vec![Start::Cold; shape.1], &nodes);
                let name = format!("{}; words apart", cold.name);
                all.push(Case { name, ..cold }.with_words_apart());
                all.push(Case { name: of("words apart"), ..case.clone() }.with_words_apart());
                let late = make(&shape, &rules, &vec![Start::Late; shape.1], &nodes);
                let objects = late.objects.iter().copied().map(Object::large).collect();
                let name = format!("{}; 1024 bytes", late.name);
                all.push(Case { name, objects, ..late });
            }
        }
    }
    // The lease of the old version is longer than that of the new one, which a reader sees before it is there.
    for rule in [Leased, Validated] {
        let old = Object { delta: 40, ..Object::block(rule) };
        let threads = vec![
            (0, vec![Write(X, 1), Write(X, 2), Write(Y, 1)]),
            (1, vec![Read(X), Read(Y), Read(X)]),
        ];
        let name = format!("long lease {}; words apart", name_of(rule));
        all.push(Case::new(name, vec![old, Object::block(rule)], threads).with_words_apart());
    }
    // A copy from before the versions wrapped: all of its lease word is as the present one's.
    let outdated = Object {
        wts: 100,
        version: 7,
        outdated: Some((2, 5)),
        ..Object::block(Leased).holding(1).warm(2, 8)
    };
    for (name, object) in [("", outdated), ("; 1024 bytes", outdated.large())] {
        let threads = vec![(0, vec![Read(X)]), (1, vec![Read(X), Read(X)])];
        let case = Case::new(format!("wrapped versions{name}"), vec![object], threads);
        all.push(case.clock(1, 50));
        let threads = vec![(0, vec![Write(X, 3)]), (1, vec![Read(X), Read(X)])];
        let case = Case::new(format!("wrapped versions, a writer{name}"), vec![object], threads);
        all.push(case.clock(1, 50));
    }
}

pub(super) fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    litmus(&mut all);
    shared_nodes(&mut all);
    fences(&mut all);
    variations(&mut all);
    all
}
