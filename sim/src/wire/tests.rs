use super::*;

const NODE: Machine = 0;
const COORDINATOR: Machine = 1;

struct Bench {
    wires: Wires,
    dues: Dues,
    now: Nanos,
}

impl Bench {
    /// A wire between the two, accepted.
    fn connected() -> (Bench, u32) {
        let mut wires = Wires::new(Seeded::new(1, "test", 0), true);
        let acceptor = wires.listen(COORDINATOR, "sim-0".to_owned());
        assert_eq!(wires.find_listener("sim-0"), Some(acceptor));
        let (wire, dues) = wires.connect(NODE, acceptor, 0);
        let mut bench = Bench { wires, dues, now: 0 };
        bench.settle();
        let (accepted, dues) = bench.wires.accept(acceptor, bench.now).expect("has come");
        assert_eq!(accepted, wire);
        bench.dues.extend(dues);
        bench.settle();
        assert!(bench.wires.is_open(wire));
        (bench, wire)
    }

    /// Performs all that is due, in order.
    fn settle(&mut self) {
        while !self.dues.is_empty() {
            self.dues.sort_unstable();
            let (at, due) = self.dues.remove(0);
            let Due::Wire { wire, end } = due else { panic!("only wires are due") };
            self.now = self.now.max(at);
            self.wires.arrive(wire, end, self.now);
            if let Some(next) = self.wires.next_arrival(wire, end) {
                self.dues.push((next, due));
            }
        }
    }

    fn send(&mut self, wire: u32, end: u8, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (sent, dues) = self.wires.send(wire, end, bytes, self.now);
            self.dues.extend(dues);
            bytes = &bytes[sent..];
        }
    }

    fn received(&mut self, wire: u32, end: u8) -> Vec<u8> {
        let mut all = Vec::new();
        let mut buffer = [0; 7];
        while let Some(Ok(len @ 1..)) = self.wires.receive(wire, end, &mut buffer) {
            all.extend_from_slice(&buffer[..len]);
        }
        all
    }
}

#[test]
fn bytes_arrive_later_in_order_and_then_the_end() {
    let (mut bench, wire) = Bench::connected();
    for number in 0..50 {
        bench.send(wire, 0, &[number, number]);
    }
    assert_eq!(bench.wires.receive(wire, 1, &mut [0; 8]), None);
    let dues = bench.wires.shut(wire, 0, bench.now);
    bench.dues.extend(dues);
    bench.settle();
    let expected: Vec<u8> = (0..50).flat_map(|number| [number, number]).collect();
    assert_eq!(bench.received(wire, 1), expected);
    assert_eq!(bench.wires.receive(wire, 1, &mut [0; 8]), Some(Ok(0)));
    assert_eq!(bench.wires.room(wire, 0), Err(Ended::Reset));
}

#[test]
fn a_window_bounds_what_was_not_taken() {
    let (mut bench, wire) = Bench::connected();
    let bytes = vec![5; WINDOW];
    bench.send(wire, 0, &bytes);
    assert_eq!(bench.wires.room(wire, 0), Ok(0));
    bench.settle();
    assert!(bench.wires.is_full(wire, 1));
    assert_eq!(bench.wires.receive(wire, 1, &mut [0; 100]), Some(Ok(100)));
    assert_eq!(bench.wires.room(wire, 0), Ok(100));
}

#[test]
fn what_stalls_comes_when_it_flows_again() {
    let (mut bench, wire) = Bench::connected();
    bench.wires.stall(NODE, bench.now);
    bench.send(wire, 0, b"late");
    bench.settle();
    assert_eq!(bench.wires.receive(wire, 1, &mut [0; 8]), None);
    let (lost, dues) = bench.wires.unstall(NODE, bench.now + SILENCE / 2);
    assert!(!lost);
    bench.dues.extend(dues);
    bench.settle();
    assert_eq!(bench.received(wire, 1), b"late");
}

#[test]
fn after_too_long_a_silence_the_connection_is_lost() {
    let (mut bench, wire) = Bench::connected();
    bench.wires.stall(COORDINATOR, bench.now);
    bench.send(wire, 0, b"never");
    let (lost, dues) = bench.wires.unstall(COORDINATOR, bench.now + SILENCE);
    assert!(lost);
    bench.dues.extend(dues);
    bench.settle();
    for end in 0..2 {
        assert_eq!(bench.wires.receive(wire, end, &mut [0; 8]), Some(Err(Ended::Reset)));
        assert_eq!(bench.wires.room(wire, end), Err(Ended::Reset));
    }
}

#[test]
fn the_death_of_a_machine_ends_its_wires_behind_what_it_sent() {
    let (mut bench, wire) = Bench::connected();
    bench.send(wire, 0, b"last words");
    let dues = bench.wires.kill(NODE, bench.now);
    bench.dues.extend(dues);
    assert!(!bench.wires.has_ended(wire, 1));
    bench.settle();
    let ended = bench.wires.end(wire, 1).expect("is there").ended;
    assert!(ended.is_some());
    if ended == Some(Ended::Orderly) {
        assert_eq!(bench.received(wire, 1), b"last words");
    }
    let dues = bench.wires.kill(COORDINATOR, bench.now);
    bench.dues.extend(dues);
    assert_eq!(bench.wires.find_listener("sim-0"), None);
}
