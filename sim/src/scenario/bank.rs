//! `bank`: transfers between accounts leave the sum as it is, whoever dies amid one; or the accounts are named
//! that were amid one.
//!
//! Some accounts have a mutex each, of which a transfer locks two, in order. When its node dies between the two
//! unlocks, one account is done and the other poisoned. The others are elements of an array, two in each block:
//! a transfer within a block is one write, so the sum of a block always holds, or the block is poisoned.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use pangea::cluster::Distribution;
use pangea::{Error, LockError, Model, Mutex, MutexGuard, SharedArray};

use super::coherent::await_others;
use super::log::{Caller, Log};
use super::strike::Strike;
use super::{FaultKinds, Opened, Prepared, Scenario, Shape};
use crate::chance::Seeded;
use crate::job::{ProgramResult, SimNode};
use crate::simulated::Simulated;

pub(super) const SCENARIO: Scenario = Scenario {
    name: "bank",
    what: "transfers leave the sum as it is, or the accounts are named that were amid one",
    traps: &[Opened::UnlockBeforeBody, Opened::UnlockByWrite],
    faults: FaultKinds::ALL,
    nodes: (2, 4),
    operations: 16,
    prepare,
};

/// Accounts with a mutex.
const LOCKED: usize = 3;

/// Blocks of an array with two accounts each.
const BLOCKS: usize = 2;

/// Bytes of a block; an account fills half of what is no header.
const BLOCK: usize = 256;

/// Copies of an account in a block.
const COPIES: usize = (BLOCK - 32) / 8 / 2;

struct Run {
    log: Log,
    strike: Strike,
    operations: u64,
    late: u64,
    threads: u32,
    homes: [usize; LOCKED],
    model: Model,
    done: RefCell<BTreeSet<u32>>,
    /// A mutex was found poisoned, or could not be unlocked: money may be gone, and it was said so.
    named: Cell<bool>,
}

fn prepare(shape: &Shape, log: &Log) -> Prepared {
    let mut chance = Seeded::new(shape.seed, "bank", 0);
    let (strike, planned) = Strike::draw(shape, shape.operations);
    let run = Rc::new(Run {
        log: log.clone(),
        strike,
        operations: shape.operations,
        late: shape.late,
        threads: chance.between(1, 2) as u32,
        homes: [(); LOCKED].map(|()| chance.below(shape.nodes.into()) as usize),
        model: *chance.pick(&[Model::Sequential, Model::Strict]),
        done: RefCell::default(),
        named: Cell::new(false),
    });
    let judge = log.clone();
    let mut prepared =
        Prepared::new(move |sim| program(sim, &run), move |outcome| judge.judge_poison(outcome));
    prepared.planned = planned;
    prepared
}

type Account = Mutex<[u64; COPIES], Simulated>;
type Guard<'a> = MutexGuard<'a, [u64; COPIES], Simulated>;

#[derive(Clone)]
struct Accounts {
    locked: Vec<Account>,
    array: SharedArray<u64, Simulated>,
}

impl Accounts {
    fn make(sim: &SimNode, run: &Run) -> Result<Accounts, Error> {
        let mut locked = Vec::new();
        for (number, home) in run.homes.iter().enumerate() {
            let name = format!("account-{number}");
            locked.push(sim.node().mutex(&name).on_node(*home).create()?);
        }
        let array = sim
            .node()
            .shared_array("accounts")
            .len(BLOCKS * COPIES * 2)
            .block_bytes(BLOCK)
            .model(run.model)
            .distribution(Distribution::Cyclic)
            .create()?;
        Ok(Accounts { locked, array })
    }
}

fn program(sim: &SimNode, run: &Rc<Run>) -> ProgramResult {
    let result = work(sim, run);
    run.done.borrow_mut().insert(sim.rank());
    let accounts = result?;
    await_others(sim, &run.done);
    sim.sleep(run.late + 5_000_000);
    let thread = Thread { me: Caller::new(sim, &run.log, 0), run, accounts };
    thread.me.answer(sim.node().fence())?;
    thread.audit()?;
    (0..BLOCKS).try_for_each(|block| thread.look(block))
}

fn work(sim: &SimNode, run: &Rc<Run>) -> Result<Accounts, Box<dyn std::error::Error>> {
    let accounts = Accounts::make(sim, run)?;
    let each = run.operations / u64::from(run.threads);
    let mut others = Vec::new();
    for thread in 1..run.threads {
        let (run, accounts) = (Rc::clone(run), accounts.clone());
        let body = move |sim: &SimNode| {
            Thread { me: Caller::new(sim, &run.log, thread), run: &run, accounts }.work(each)
        };
        others.push(sim.spawn(&format!("bank-{thread}"), body)?);
    }
    let first = Thread { me: Caller::new(sim, &run.log, 0), run, accounts: accounts.clone() };
    let mut result = first.work(each);
    for other in others {
        result = result.and(other.join());
    }
    result.map(|()| accounts)
}

struct Thread<'a> {
    me: Caller<'a>,
    run: &'a Run,
    accounts: Accounts,
}

impl Thread<'_> {
    fn work(&self, operations: u64) -> ProgramResult {
        for counter in 0..operations {
            self.run.strike.arm(&self.me, counter);
            self.me.log.count(1);
            let amount = self.me.below(1000);
            match self.me.below(8) {
                0 => self.audit()?,
                1 => self.look(self.me.index(BLOCKS))?,
                2..5 => self.transfer(self.me.index(LOCKED), self.me.index(LOCKED), amount)?,
                _ => self.transfer_within(self.me.index(BLOCKS), amount)?,
            }
            self.me.dawdle();
        }
        Ok(())
    }

    fn lock(&self, account: usize) -> Result<Option<Guard<'_>>, Box<dyn std::error::Error>> {
        if self.me.is_lost(self.run.homes[account] as u32) {
            return Ok(None);
        }
        match self.accounts.locked[account].lock() {
            Ok(guard) => Ok(Some(guard)),
            Err(LockError::Poisoned(poisoned)) => {
                // Whatever the sum is now, this account is to blame.
                self.run.named.set(true);
                self.me.hears_of_poison(poisoned.poison());
                let mut guard = poisoned.into_inner();
                *guard = [0; COPIES];
                guard.clear_poison();
                Ok(Some(guard))
            }
            Err(LockError::Failed(error)) => self.me.bear(error).map(|()| None),
        }
    }

    /// The amount in an account.
    fn amount(&self, copies: &[u64]) -> u64 {
        if copies.iter().any(|copy| *copy != copies[0]) {
            self.run.log.fail(format!("an account is torn: {copies:?}"));
        }
        copies[0]
    }

    fn transfer(&self, from: usize, to: usize, amount: u64) -> ProgramResult {
        if from == to {
            return Ok(());
        }
        let (Some(mut first), Some(mut second)) =
            (self.lock(from.min(to))?, self.lock(from.max(to))?)
        else {
            return Ok(());
        };
        let (gives, takes) =
            if from < to { (&mut first, &mut second) } else { (&mut second, &mut first) };
        **gives = [self.amount(&**gives).wrapping_sub(amount); COPIES];
        **takes = [self.amount(&**takes).wrapping_add(amount); COPIES];
        self.me.dawdle();
        for guard in [second, first] {
            let committed = guard.commit();
            if committed.is_err() {
                self.run.named.set(true);
            }
            self.me.answer(committed)?;
        }
        Ok(())
    }

    fn transfer_within(&self, block: usize, amount: u64) -> ProgramResult {
        if self.me.is_lost(self.accounts.array.home_of(block)? as u32) {
            return Ok(());
        }
        let Some(mut guard) = self.me.answer(self.accounts.array.write_block(block))? else {
            return Ok(());
        };
        let (one, two) = guard.split_at_mut(COPIES);
        one.fill(self.amount(one).wrapping_sub(amount));
        two.fill(self.amount(two).wrapping_add(amount));
        self.me.answer(guard.commit())?;
        Ok(())
    }

    /// Looks at all accounts with a mutex at once.
    fn audit(&self) -> ProgramResult {
        let mut sum = 0u64;
        let mut guards = Vec::new();
        for account in 0..LOCKED {
            let Some(guard) = self.lock(account)? else { return Ok(()) };
            sum = sum.wrapping_add(self.amount(&*guard));
            guards.push(guard);
        }
        // An account that is poisoned would have been named by now.
        if sum != 0 && !self.run.named.get() {
            self.run
                .log
                .fail(format!("violated: the sum of all accounts is {sum}, and none is named"));
        }
        for guard in guards {
            let committed = guard.commit();
            if committed.is_err() {
                self.run.named.set(true);
            }
            self.me.answer(committed)?;
        }
        Ok(())
    }

    /// Looks at two accounts that are in one block.
    fn look(&self, block: usize) -> ProgramResult {
        if self.me.is_lost(self.accounts.array.home_of(block)? as u32) {
            return Ok(());
        }
        let Some(guard) = self.me.answer(self.accounts.array.read_block(block))? else {
            return Ok(());
        };
        let (one, two) = guard.split_at(COPIES);
        let sum = self.amount(one).wrapping_add(self.amount(two));
        if sum != 0 {
            self.run.log.fail(format!("violated: the sum of block {block} is {sum}"));
        }
        Ok(())
    }
}
