//! Drives the state machine without sockets.

use super::super::super::SegmentId;
use super::super::super::catalog::ClearOrder;
use super::super::super::segment::tests::spec;
use super::*;

/// A state machine and what it has sent, by connection. Connection and rank are the same number.
struct Job {
    state: State,
    sent: BTreeMap<u64, Vec<(ToNode, usize)>>,
    closed: Vec<u64>,
    events: Vec<JobEvent>,
}

fn identity(rank: u64) -> Identity {
    let rank = u32::try_from(rank).expect("is small");
    Identity { rank: Some(Rank(rank)), pid: 100 + rank, host: "host".to_owned() }
}

impl Job {
    fn new(size: u32) -> Job {
        let config = CoordinatorConfig::local(size, Choice::Shm, 64 << 10);
        Job {
            state: State::new(&config),
            sent: BTreeMap::new(),
            closed: Vec::new(),
            events: Vec::new(),
        }
    }

    /// All have joined and announced; what they were sent is taken.
    fn ready(size: u32) -> Job {
        let mut job = Job::new(size);
        for rank in 0..u64::from(size) {
            job.join(rank, Some(rank)).expect("there is room");
        }
        for rank in 0..u64::from(size) {
            job.say(rank, ToCoordinator::Announce { reserved: 4096, card: card_of(rank) });
        }
        assert_eq!(job.events.last(), Some(&JobEvent::Ready));
        job.sent.clear();
        job
    }

    fn input(&mut self, input: Input) -> Option<Verdict> {
        let mut concluded = None;
        for output in self.state.handle(input) {
            match output {
                Output::Conclude { verdict, .. } => concluded = Some(verdict),
                Output::Send { connection, message, files } => {
                    assert!(!self.closed.contains(&connection.0), "{message:?} after the close");
                    self.sent.entry(connection.0).or_default().push((message, files.len()));
                }
                Output::SendAll { connections, message, files } => {
                    for connection in &*connections {
                        assert!(
                            !self.closed.contains(&connection.0),
                            "{message:?} after the close"
                        );
                        let sent = self.sent.entry(connection.0).or_default();
                        sent.push((message.clone(), files.len()));
                    }
                }
                Output::Close { connection } => self.closed.push(connection.0),
                Output::Event(event) => self.events.push(event),
            }
        }
        concluded
    }

    fn join(&mut self, connection: u64, rank: Option<u64>) -> Verdict {
        let wish = rank.map(|rank| Rank(u32::try_from(rank).expect("is small")));
        let identity = Identity { rank: wish, ..identity(connection) };
        let connection = ConnectionId(connection);
        self.input(Input::Identified { connection, identity, local: true }).expect("is concluded")
    }

    fn say_with(&mut self, from: u64, message: ToCoordinator, files: Files) {
        let connection = ConnectionId(from);
        assert_eq!(self.input(Input::Received { connection, message, files }), None);
    }

    fn say(&mut self, from: u64, message: ToCoordinator) {
        self.say_with(from, message, Files::new());
    }

    fn close(&mut self, connection: u64) {
        let connection = ConnectionId(connection);
        self.input(Input::Closed { connection, reason: "reset".to_owned() });
    }

    fn tell_departures(&mut self) {
        assert!(self.state.has_departures());
        self.input(Input::TellDepartures);
        assert!(!self.state.has_departures());
    }

    fn exit(&mut self, rank: u32, description: &str) {
        self.input(Input::Exited { rank: Rank(rank), description: description.to_owned() });
    }

    /// What a node was sent since it was last asked.
    fn heard(&mut self, by: u64) -> Vec<ToNode> {
        let sent = self.sent.remove(&by).unwrap_or_default();
        sent.into_iter().map(|(message, _)| message).collect()
    }

    fn reply(&mut self, to: u64) -> Result<Answer, Refusal> {
        let mut heard = self.heard(to);
        assert_eq!(heard.len(), 1, "one reply: {heard:?}");
        match heard.remove(0) {
            ToNode::Reply { result, .. } => result,
            other => panic!("no reply: {other:?}"),
        }
    }

    fn create(&mut self, by: u64, name: &str, bytes_on: &[u64]) {
        let spec = spec(name, bytes_on);
        self.say(by, ToCoordinator::CreateOrAttach { request: 1, spec });
    }

    fn created(&mut self, by: u64, name: &str, bytes_on: &[u64]) -> SegmentId {
        self.create(by, name, bytes_on);
        match self.reply(by) {
            Ok(Answer::Segment(descriptor)) => descriptor.id,
            other => panic!("no segment: {other:?}"),
        }
    }
}

fn card_of(rank: u64) -> Vec<u8> {
    vec![u8::try_from(rank).expect("is small"); 3]
}

fn file() -> Files {
    vec![Arc::new(std::fs::File::open("/dev/null").expect("opens").into())]
}

fn died(message: &ToNode) -> (u32, &str, u64) {
    match message {
        ToNode::NodeDied { rank, reason, epoch } => (rank.0, reason, epoch.0),
        other => panic!("no death: {other:?}"),
    }
}

#[test]
fn ranks_are_given_as_wished_or_from_below() {
    let mut job = Job::new(3);
    assert_eq!(job.join(10, Some(1)).expect("is free").rank, Rank(1));
    assert_eq!(job.join(11, None).expect("is free").rank, Rank(0));
    let taken = job.join(12, Some(1)).expect_err("is taken");
    assert!(taken.to_string().contains("pid 110 on host"), "{taken}");
    let refusal = job.join(13, Some(3)).expect_err("does not exist");
    assert_eq!(refusal, Refusal::NoSuchRank { rank: Rank(3), size: 3 });
    let last = job.join(14, None).expect("is free");
    assert_eq!((last.rank, last.epoch, last.size), (Rank(2), Epoch(3), 3));
    assert_eq!(job.join(15, None), Err(Refusal::JobFull { size: 3 }));
}

#[test]
fn shm_admits_nodes_of_this_host_only() {
    let mut job = Job::new(1);
    let connection = ConnectionId(0);
    let verdict = job.input(Input::Identified { connection, identity: identity(0), local: false });
    let refusal = verdict.expect("is concluded").expect_err("came over TCP").to_string();
    assert!(refusal.contains("shm") && refusal.contains("over TCP"), "{refusal}");
    assert!(job.join(1, Some(0)).is_ok(), "the rank is still free");
}

#[test]
fn arenas_are_shown_when_all_are_there() {
    let mut job = Job::new(2);
    for rank in 0..2 {
        job.join(rank, Some(rank)).expect("there is room");
    }
    job.say_with(1, ToCoordinator::Announce { reserved: 0, card: card_of(1) }, file());
    assert_eq!((job.heard(0), job.heard(1)), (vec![], vec![]));
    job.say_with(0, ToCoordinator::Announce { reserved: 0, card: card_of(0) }, file());
    for node in 0..2 {
        let sent = job.sent.remove(&node).expect("arenas");
        let arena = |rank: u32| ToNode::Arenas {
            first: Rank(rank),
            ends: vec![3],
            bytes: card_of(rank.into()),
            epoch: Epoch(2),
        };
        assert_eq!(sent, [(arena(0), 1), (arena(1), 1)]);
    }
}

#[test]
fn arenas_without_files_are_shown_together() {
    let mut job = Job::new(3);
    for rank in 0..3 {
        job.join(rank, Some(rank)).expect("there is room");
    }
    for rank in [2, 0, 1] {
        job.say(rank, ToCoordinator::Announce { reserved: 0, card: card_of(rank) });
    }
    let bytes = [card_of(0), card_of(1), card_of(2)].concat();
    let arenas = ToNode::Arenas { first: Rank(0), ends: vec![3, 6, 9], bytes, epoch: Epoch(3) };
    for node in 0..3 {
        assert_eq!(job.heard(node), std::slice::from_ref(&arenas));
    }
}

#[test]
fn a_death_before_the_beginning_ends_every_wait() {
    let mut job = Job::new(3);
    job.join(0, Some(0)).expect("there is room");
    job.say(0, ToCoordinator::Announce { reserved: 0, card: card_of(0) });
    job.exit(2, "exit status 3");
    let heard = job.heard(0);
    let (rank, reason, epoch) = died(&heard[0]);
    assert_eq!((rank, epoch), (2, 2));
    assert_eq!(reason, "its process ended before it joined: exit status 3");
    assert!(matches!(job.events.last(), Some(JobEvent::Died { joined: false, .. })));
    let refusal = job.join(1, Some(1)).expect_err("the job cannot begin");
    assert!(matches!(refusal, Refusal::NodeDied { rank: Rank(2), .. }), "{refusal:?}");
}

#[test]
fn leaving_before_the_beginning_is_a_death() {
    let mut job = Job::new(2);
    for rank in 0..2 {
        job.join(rank, Some(rank)).expect("there is room");
    }
    job.say(0, ToCoordinator::Leave);
    assert_eq!(died(&job.heard(1)[0]).0, 0);
    assert_eq!(job.closed, [0]);
}

#[test]
fn a_death_is_told_once_with_process_and_host() {
    let mut job = Job::ready(3);
    job.close(1);
    job.exit(1, "killed by signal 9");
    job.close(1);
    for node in [0, 2] {
        let heard = job.heard(node);
        assert_eq!(heard.len(), 1);
        assert_eq!(died(&heard[0]), (1, "pid 101 on host: reset", 4));
    }
    assert_eq!(job.closed, [1]);
}

#[test]
fn a_failure_is_told_with_its_reason() {
    let mut job = Job::ready(2);
    job.say(0, ToCoordinator::Fail { reason: "x".repeat(10_000) });
    let heard = job.heard(1);
    let reason = died(&heard[0]).1;
    assert!(reason.starts_with("pid 100 on host: xxx") && reason.len() < 300, "{reason}");
}

#[test]
fn goodbye_comes_when_all_have_left_or_died() {
    let mut job = Job::ready(3);
    job.say(0, ToCoordinator::Leave);
    assert_eq!((job.heard(0), job.heard(1)), (vec![], vec![]), "it is told in a moment");
    job.tell_departures();
    assert_eq!(job.heard(1), [ToNode::NodesLeft { ranks: vec![Rank(0)] }]);
    job.heard(0);
    job.close(1);
    assert_eq!(died(&job.heard(0)[0]).0, 1);
    job.heard(2);
    job.say(2, ToCoordinator::Leave);
    assert!(!job.state.has_departures(), "nobody waits for anybody any more");
    assert_eq!(job.heard(0), [ToNode::Goodbye]);
    assert_eq!(job.heard(2), [ToNode::Goodbye]);
    // The end of their connections and processes is no news any more.
    let events = job.events.len();
    job.close(0);
    job.exit(0, "exit status 0");
    job.exit(2, "exit status 0");
    job.close(2);
    assert_eq!((job.events.len(), job.sent.len()), (events, 0));
}

#[test]
fn those_who_leave_at_about_the_same_time_are_told_of_at_once() {
    let mut job = Job::ready(4);
    for rank in [2, 0, 3] {
        job.say(rank, ToCoordinator::Leave);
    }
    job.tell_departures();
    for node in 0..4 {
        let ranks = vec![Rank(2), Rank(0), Rank(3)];
        assert_eq!(job.heard(node), [ToNode::NodesLeft { ranks }]);
    }
}

#[test]
fn one_who_dies_while_leaving_is_told_of_as_dead_alone() {
    let mut job = Job::ready(4);
    job.say(0, ToCoordinator::Leave);
    job.say(1, ToCoordinator::Leave);
    job.close(0);
    job.tell_departures();
    for node in [1, 2, 3] {
        let heard = job.heard(node);
        assert_eq!(died(&heard[0]).0, 0);
        assert_eq!(heard[1..], [ToNode::NodesLeft { ranks: vec![Rank(1)] }]);
    }
}

#[test]
fn the_lowest_free_rank_is_given_out_whatever_was_wished() {
    let mut job = Job::new(4);
    for (connection, wish, rank) in [(0, Some(1), 1), (1, None, 0), (2, None, 2)] {
        assert_eq!(job.join(connection, wish).expect("is free").rank, Rank(rank));
    }
    assert_eq!(job.join(3, None).expect("is free").rank, Rank(3));
    assert_eq!(job.join(4, None), Err(Refusal::JobFull { size: 4 }));
}

#[test]
fn one_node_alone_comes_and_goes() {
    let mut job = Job::ready(1);
    let id = job.created(0, "a", &[64]);
    job.say(0, ToCoordinator::Release { request: 2, id });
    assert_eq!(job.heard(0).len(), 2, "a reply and an order to clear");
    job.say(0, ToCoordinator::Leave);
    assert_eq!(job.heard(0), [ToNode::Goodbye]);
}

#[test]
fn a_node_that_waits_in_leave_is_still_a_home() {
    let mut job = Job::ready(2);
    let id = job.created(1, "a", &[64, 64]);
    job.say(0, ToCoordinator::Leave);
    job.say(1, ToCoordinator::ConnectPair { request: 4, to: Rank(0), card: card_of(9) });
    let ToNode::PairRequest { relay, from: Rank(1), card } = job.heard(0).remove(0) else {
        panic!("no request");
    };
    assert_eq!(card, card_of(9));
    job.say(0, ToCoordinator::PairAnswer { relay, result: Ok(card_of(8)) });
    job.heard(1).clear();
    job.say(1, ToCoordinator::Release { request: 5, id });
    let clears: Vec<ToNode> = job.heard(0);
    let [ToNode::Clear { clear, .. }] = clears[..] else { panic!("no order: {clears:?}") };
    job.say(0, ToCoordinator::Cleared { clear });
    assert!(job.closed.is_empty());
    // But it has no requests any more.
    job.say(0, ToCoordinator::Catalog { request: 1, after: None });
    assert!(matches!(job.reply(0), Err(Refusal::WrongTime(_))));
}

#[test]
fn a_node_that_dies_in_leave_is_dead() {
    let mut job = Job::ready(2);
    job.say(0, ToCoordinator::Leave);
    job.close(0);
    assert_eq!(died(&job.heard(1)[0]).0, 0);
}

#[test]
fn pairs_are_relayed_there_and_back_with_their_files() {
    let mut job = Job::ready(2);
    for (from, to) in [(0, 1), (1, 1)] {
        let request = ToCoordinator::ConnectPair { request: 77, to: Rank(to), card: card_of(5) };
        job.say_with(from, request, file());
        let mut sent = job.sent.remove(&1).expect("is relayed");
        let (ToNode::PairRequest { relay, .. }, 1) = sent.remove(0) else { panic!("{sent:?}") };
        let answer = ToCoordinator::PairAnswer { relay, result: Ok(card_of(6)) };
        job.say_with(1, answer.clone(), file());
        let sent = job.sent.remove(&from).expect("is answered");
        let result = Ok(Answer::Pair { card: card_of(6) });
        assert_eq!(sent, [(ToNode::Reply { request: 77, result }, 1)]);
        job.say(1, answer);
        assert!(job.sent.is_empty() && job.closed.is_empty(), "a late answer is ignored");
    }
}

#[test]
fn a_peer_that_refuses_is_named() {
    let mut job = Job::ready(2);
    job.say(0, ToCoordinator::ConnectPair { request: 1, to: Rank(1), card: vec![] });
    let ToNode::PairRequest { relay, .. } = job.heard(1).remove(0) else { panic!("no request") };
    job.say(1, ToCoordinator::PairAnswer { relay, result: Err("no memory".to_owned()) });
    let refusal = job.reply(0).expect_err("is refused");
    assert_eq!(refusal.to_string(), "rank 1 refused to connect a queue pair: no memory");
    job.say(0, ToCoordinator::ConnectPair { request: 1, to: Rank(2), card: vec![] });
    assert!(matches!(job.reply(0), Err(Refusal::PairRefused { rank: Rank(2), .. })));
}

#[test]
fn a_death_answers_what_was_asked_of_the_dead_and_forgets_what_it_asked() {
    let mut job = Job::ready(3);
    job.say(0, ToCoordinator::ConnectPair { request: 1, to: Rank(1), card: vec![] });
    job.say(1, ToCoordinator::ConnectPair { request: 2, to: Rank(2), card: vec![] });
    let ToNode::PairRequest { relay, .. } = job.heard(2).remove(0) else { panic!("no request") };
    job.close(1);
    let heard = job.heard(0);
    assert_eq!(died(&heard[0]).0, 1);
    let ToNode::Reply { request: 1, result: Err(refusal) } = &heard[1] else {
        panic!("no reply: {heard:?}");
    };
    assert!(matches!(refusal, Refusal::NodeDied { rank: Rank(1), .. }));
    job.sent.clear();
    job.say(2, ToCoordinator::PairAnswer { relay, result: Ok(vec![]) });
    assert!(job.sent.is_empty());
    job.say(0, ToCoordinator::ConnectPair { request: 3, to: Rank(1), card: vec![] });
    assert!(matches!(job.reply(0), Err(Refusal::NodeDied { rank: Rank(1), .. })));
}

#[test]
fn a_request_for_memory_waits_for_the_clearing() {
    let mut job = Job::ready(2);
    let id = job.created(0, "a", &[0, 60 << 10]);
    job.say(0, ToCoordinator::Release { request: 2, id });
    assert_eq!(job.reply(0), Ok(Answer::Released));
    job.create(0, "b", &[0, 60 << 10]);
    assert_eq!(job.heard(0), [], "it waits");
    let ToNode::Clear { clear, offset: 4096, len: 61440 } = job.heard(1).remove(0) else {
        panic!("no order");
    };
    job.say(1, ToCoordinator::Cleared { clear });
    assert!(matches!(job.reply(0), Ok(Answer::Segment(_))));
    // And when the home dies instead:
    job.say(0, ToCoordinator::Release { request: 3, id: SegmentId(2) });
    job.create(0, "c", &[0, 60 << 10]);
    job.heard(0);
    job.close(1);
    let heard = job.heard(0);
    assert_eq!(died(&heard[0]).0, 1);
    assert!(matches!(heard[1], ToNode::Reply { result: Err(Refusal::NodeDied { .. }), .. }));
}

#[test]
fn a_death_is_told_before_the_clearing_that_follows() {
    let mut job = Job::ready(2);
    job.created(1, "a", &[64, 64]);
    job.close(1);
    let heard = job.heard(0);
    assert_eq!(died(&heard[0]).0, 1);
    assert!(matches!(heard[1], ToNode::Clear { offset: 4096, len: 64, .. }), "{heard:?}");
    assert_eq!(heard.len(), 2);
}

#[test]
fn requests_before_the_beginning_are_refused() {
    let mut job = Job::new(2);
    job.join(0, Some(0)).expect("there is room");
    job.create(0, "a", &[64, 64]);
    assert!(matches!(job.reply(0), Err(Refusal::WrongTime(_))));
    job.say(0, ToCoordinator::ConnectPair { request: 1, to: Rank(0), card: vec![] });
    assert!(matches!(job.reply(0), Err(Refusal::WrongTime(_))));
}

#[test]
fn violations_end_the_violator_only() {
    let announce = |reserved, len| ToCoordinator::Announce { reserved, card: vec![0; len] };
    for (message, files) in [
        (announce(0, 0), 0),
        (announce(0, MAX_CARD + 1), 0),
        (announce(0, 0), Card::MAX_FDS + 1),
        (ToCoordinator::Cleared { clear: 0 }, 0),
        (ToCoordinator::Catalog { request: 0, after: None }, 1),
        (ToCoordinator::PairAnswer { relay: 0, result: Err(String::new()) }, 1),
    ] {
        let mut job = Job::ready(2);
        let files = (0..files).flat_map(|_| file()).collect();
        job.say_with(0, message.clone(), files);
        let heard = job.heard(1);
        let (rank, reason, _) = died(&heard[0]);
        assert!(rank == 0 && reason.contains("violated"), "{message:?}: {reason}");
        job.created(1, "a", &[0, 64]);
        job.say(0, message);
        assert_eq!(job.closed, [0]);
        assert!(job.sent.is_empty(), "nobody listens to it any more");
    }
    let mut job = Job::new(1);
    job.join(0, Some(0)).expect("there is room");
    job.say(0, announce(u64::MAX, 0));
    assert_eq!(job.closed, [0]);
    // One cannot answer what another was asked.
    let mut job = Job::ready(3);
    job.say(0, ToCoordinator::ConnectPair { request: 1, to: Rank(1), card: vec![] });
    job.say(2, ToCoordinator::PairAnswer { relay: 0, result: Ok(vec![]) });
    assert_eq!(job.closed, [2]);
    // A NIC's card has no files.
    let mut job = Job::new(1);
    job.state.provider = Choice::Verbs;
    job.join(0, Some(0)).expect("there is room");
    job.say_with(0, announce(0, 0), file());
    assert_eq!(job.closed, [0]);
}

#[test]
fn strangers_to_the_state_are_ignored() {
    let mut job = Job::ready(1);
    job.say(5, ToCoordinator::Leave);
    job.close(5);
    job.exit(9, "exit status 0");
    assert!(job.sent.is_empty() && job.closed.is_empty());
    job.created(0, "a", &[64]);
}

mod random {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Join(u64),
        Announce(u64),
        Create(u64, u8, u16),
        Release(u64, u64),
        Pair(u64, u32),
        /// Answers the oldest unanswered order or request.
        Obey(u64),
        Leave(u64),
        Close(u64),
        Exit(u32),
    }

    fn step() -> impl Strategy<Value = Step> {
        let node = 0_u64..3;
        prop_oneof![
            4 => node.clone().prop_map(Step::Join),
            4 => node.clone().prop_map(Step::Announce),
            6 => (node.clone(), 0_u8..4, 1_u16..30_000).prop_map(|(n, s, b)| Step::Create(n, s, b)),
            6 => (node.clone(), 0_u64..8).prop_map(|(n, s)| Step::Release(n, s)),
            4 => (node.clone(), 0_u32..4).prop_map(|(n, to)| Step::Pair(n, to)),
            8 => node.clone().prop_map(Step::Obey),
            1 => node.clone().prop_map(Step::Leave),
            1 => node.prop_map(Step::Close),
            1 => (0_u32..3).prop_map(Step::Exit),
        ]
    }

    /// Invariant 4.
    fn check_counts(state: &State) {
        let count = |is: fn(&Stage) -> bool| {
            let with =
                |member: &&Member| matches!(member, Member::Present { stage, .. } if is(stage));
            state.members.iter().filter(with).count()
        };
        let vacant = state.members.iter().filter(|member| matches!(member, Member::Vacant)).count();
        let staying = vacant + count(|stage| !matches!(stage, Stage::Leaving));
        assert_eq!(state.staying as usize, staying);
        if state.catalog.is_none() {
            let announced = count(|stage| matches!(stage, Stage::Announced { .. }));
            assert_eq!(state.announced as usize, announced);
        }
    }

    proptest! {
        /// Whatever happens in whatever order: nothing panics, nobody hears anything after the
        /// close, every request is answered in the end, and memory comes back whole.
        #[test]
        fn no_request_is_left_without_an_answer(steps in prop::collection::vec(step(), 0..120)) {
            let mut job = Job::new(3);
            let mut asked: BTreeMap<u64, u64> = BTreeMap::new();
            let mut orders: BTreeMap<u64, VecDeque<ToNode>> = BTreeMap::new();
            let mut answers: BTreeMap<u64, u64> = BTreeMap::new();
            let end = [Step::Obey(0), Step::Obey(1), Step::Obey(2)];
            let drain = end.into_iter().cycle().take(600);
            for step in steps.into_iter().chain(drain) {
                let alive = |job: &Job, node: u64| job.state.ranks.contains_key(&ConnectionId(node));
                match step {
                    Step::Join(node) if !alive(&job, node) && !job.closed.contains(&node) => {
                        let _ = job.join(node, Some(node));
                    }
                    Step::Join(_) => {}
                    Step::Announce(node) => {
                        let member = job.state.members.get(usize::try_from(node).expect("small"));
                        if matches!(member, Some(Member::Present { stage: Stage::Joined, .. })) {
                            job.say(node, ToCoordinator::Announce { reserved: 0, card: vec![] });
                        }
                    }
                    Step::Create(node, name, bytes) if alive(&job, node) => {
                        *asked.entry(node).or_default() += 1;
                        job.create(node, &name.to_string(), &[u64::from(bytes), 0, u64::from(bytes)]);
                    }
                    Step::Release(node, id) if alive(&job, node) => {
                        *asked.entry(node).or_default() += 1;
                        job.say(node, ToCoordinator::Release { request: 0, id: SegmentId(id) });
                    }
                    Step::Pair(node, to) if alive(&job, node) => {
                        *asked.entry(node).or_default() += 1;
                        let to = Rank(to);
                        job.say(node, ToCoordinator::ConnectPair { request: 0, to, card: vec![] });
                    }
                    Step::Obey(node) => match orders.entry(node).or_default().pop_front() {
                        Some(ToNode::Clear { clear, .. }) => {
                            job.say(node, ToCoordinator::Cleared { clear });
                        }
                        Some(ToNode::PairRequest { relay, .. }) => {
                            job.say(node, ToCoordinator::PairAnswer { relay, result: Ok(vec![]) });
                        }
                        _ => {}
                    },
                    Step::Leave(node) => {
                        let member = job.state.members.get(usize::try_from(node).expect("small"));
                        if let Some(Member::Present { stage: Stage::Announced { .. }, .. }) = member {
                            // A node leaves when none of its requests waits.
                            if asked.get(&node) == answers.get(&node) {
                                job.say(node, ToCoordinator::Leave);
                            }
                        }
                    }
                    Step::Close(node) => job.close(node),
                    Step::Exit(rank) => job.exit(rank, "exit status 1"),
                    Step::Create(..) | Step::Release(..) | Step::Pair(..) => {}
                }
                check_counts(&job.state);
                for node in 0..3 {
                    for message in job.heard(node) {
                        match message {
                            ToNode::Reply { .. } => *answers.entry(node).or_default() += 1,
                            other => orders.entry(node).or_default().push_back(other),
                        }
                    }
                }
            }
            for (&connection, rank) in &job.state.ranks {
                let node = connection.0;
                prop_assert_eq!(asked.get(&node), answers.get(&node), "rank {}", rank);
            }
            prop_assert!(job.state.parked.is_empty() && job.state.relays.is_empty());
            if job.state.ranks.len() == 3 && let Some(catalog) = &mut job.state.catalog {
                let orders: Vec<ClearOrder> =
                    (0..3).flat_map(|rank| catalog.node_left(Rank(rank))).collect();
                for order in orders {
                    prop_assert!(catalog.cleared(order.home, order.clear));
                }
                prop_assert_eq!(catalog.free_on(Rank(0)), 64 << 10);
                prop_assert_eq!(catalog.free_on(Rank(2)), 64 << 10);
            }
        }
    }
}

#[test]
fn the_end_of_a_job_is_told_to_all_once_and_to_rank_0_last() {
    let mut job = Job::ready(3);
    let outputs = job.state.handle(Input::Received {
        connection: ConnectionId(1),
        message: ToCoordinator::Exit { code: 7 },
        files: Files::new(),
    });
    let [Output::Event(event), Output::SendAll { connections, message, .. }] = &outputs[..] else {
        panic!("the launcher is told, and then the nodes: {outputs:?}");
    };
    assert_eq!(*event, JobEvent::Exited { by: Rank(1), code: 7 });
    assert_eq!(connections[..], [2, 1, 0].map(ConnectionId));
    assert_eq!(*message, ToNode::Exit { code: 7 });
    job.say(2, ToCoordinator::Exit { code: 8 });
    assert!(
        job.heard(0).is_empty()
            && !job.events.iter().any(|event| matches!(event, JobEvent::Exited { code: 8, .. }))
    );
}
