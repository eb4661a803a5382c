//! A bank whose accounts are locks spread over all nodes, and whose books are right even when nodes are
//! killed amid a transfer.
//!
//! `pangea run -n 4 -- target/release/examples/bank`
//! `pangea run -n 4 --keep-going -- target/release/examples/bank --on-leader --seconds 60`, and then kill
//! any node but rank 0
//!
//! Tellers on all nodes move money between accounts; each transfer locks both, in the order of their
//! numbers. An auditor locks all accounts, again and again: the sum never changes.
//!
//! # A teller that dies
//!
//! It leaves the accounts that it had locked poisoned, each as it last was unlocked: so one of them may have
//! been changed, and the other not. Whoever meets such an account mends it. For that a teller writes down what
//! it is going to do, after it has locked both accounts and before it changes the first: its *intent*. That
//! write is the moment at which the transfer happens. An intent says what both accounts will be, and the
//! account counts its changes. So if an intent speaks of a later change than the account has seen, that
//! transfer is completed; else there is nothing to complete. What a dead node wrote last was never handed to
//! anybody with a lock, so intents are [`Model::Strict`]: they are read at their home, never in a cache.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytemuck::{Pod, Zeroable};
use clap::Parser;
use pangea::{Error, LockError, Model, Mutex, MutexGuard, Node, Poison, Shared};

/// Moves money between accounts on all nodes, and sees to it that none is lost.
#[derive(Clone, Debug, Parser)]
struct Options {
    /// How long transfers go on
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Accounts; the fewer, the more often tellers meet
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u64).range(2..=1 << 20))]
    accounts: u64,
    /// Tellers on each node
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=64))]
    tellers: u64,
    /// Keep all accounts on rank 0, so that every other node may die
    #[arg(long)]
    on_leader: bool,
}

/// What every account holds at the start.
const OPENING: i64 = 1000;

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
struct Account {
    balance: i64,
    /// How often the balance has changed.
    changes: u64,
}

impl Account {
    fn changed_by(self, amount: i64) -> Account {
        Account { balance: self.balance + amount, changes: self.changes + 1 }
    }
}

/// What an account will be.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
struct Entry {
    account: u64,
    after: Account,
}

/// A transfer that a teller has decided on.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
struct Intent {
    entries: [Entry; 2],
}

/// What the nodes share.
struct Bank {
    accounts: Vec<Mutex<Account>>,
    /// One for each teller of the job.
    intents: Vec<Shared<Intent>>,
    mended: AtomicU64,
}

impl Bank {
    fn open(node: &Node, options: &Options) -> Result<Bank, Error> {
        let account = |number: u64| {
            let account = node.mutex(&format!("account {number}"));
            if options.on_leader { account.on_node(0).create() } else { account.create() }
        };
        let intent = |number: u64| {
            node.shared(&format!("intent {number}")).model(Model::Strict).on_node(0).create()
        };
        Ok(Bank {
            accounts: (0..options.accounts).map(account).collect::<Result<_, _>>()?,
            intents: (0..options.tellers * node.size() as u64)
                .map(intent)
                .collect::<Result<_, _>>()?,
            mended: AtomicU64::new(0),
        })
    }

    /// Locks an account, and mends it if need be.
    fn lock(&self, number: usize) -> Result<MutexGuard<'_, Account>, Error> {
        match self.accounts[number].lock() {
            Ok(account) => Ok(account),
            Err(LockError::Poisoned(poisoned)) => {
                let poison = poisoned.poison();
                let mut account = poisoned.into_inner();
                self.mend(number, &mut account, poison)?;
                Ok(account)
            }
            Err(LockError::Failed(error)) => Err(error),
        }
    }

    /// Completes what a dead teller began, or finds that it had not begun.
    fn mend(
        &self,
        number: usize,
        account: &mut MutexGuard<'_, Account>,
        poison: Poison,
    ) -> Result<(), Error> {
        let torn = matches!(poison, Poison::Torn { .. });
        let intended = self.last_intended(number as u64)?;
        let done = if torn || account.changes < intended.changes {
            **account = intended;
            "its transfer is completed"
        } else {
            "its transfer had not begun, or was done"
        };
        account.clear_poison();
        self.mended.fetch_add(1, Ordering::Relaxed);
        println!("account {number}: {poison}; {done}");
        Ok(())
    }

    /// The latest of all that tellers have intended for an account. At most one of these transfers can be
    /// amid its course, because the account is locked for as long.
    fn last_intended(&self, account: u64) -> Result<Account, Error> {
        let mut latest = Account::default();
        for intent in &self.intents {
            let intent = match intent.load() {
                Ok(intent) => intent,
                // Its teller died while it wrote it, so before it changed anything.
                Err(Error::Poisoned { .. }) => continue,
                Err(error) => return Err(error),
            };
            for entry in intent.entries {
                if entry.account == account && entry.after.changes > latest.changes {
                    latest = entry.after;
                }
            }
        }
        Ok(latest)
    }

    /// Moves money, as the teller of this number. False if there is not enough of it.
    fn transfer(&self, teller: usize, from: usize, to: usize, amount: i64) -> Result<bool, Error> {
        // All lock in the same order, so that nobody waits in a circle.
        let mut first = self.lock(from.min(to))?;
        let mut second = self.lock(from.max(to))?;
        let (source, target) =
            if from < to { (&mut first, &mut second) } else { (&mut second, &mut first) };
        if source.balance < amount {
            return Ok(false);
        }
        let (less, more) = (source.changed_by(-amount), target.changed_by(amount));
        let entries = [
            Entry { account: from as u64, after: less },
            Entry { account: to as u64, after: more },
        ];
        self.intents[teller].store(Intent { entries })?;
        // From here on it is certain. If this teller dies, others complete it.
        (**source, **target) = (less, more);
        first.commit()?;
        second.commit()?;
        Ok(true)
    }

    /// Adds up all accounts, while nobody can change any of them.
    fn audit(&self) -> Result<(), Box<dyn std::error::Error>> {
        let accounts: Vec<_> =
            (0..self.accounts.len()).map(|number| self.lock(number)).collect::<Result<_, _>>()?;
        let sum: i64 = accounts.iter().map(|account| account.balance).sum();
        let expected = OPENING * accounts.len() as i64;
        if let Some(number) = accounts.iter().position(|account| account.balance < 0) {
            return Err(format!("account {number} is in debt: {:?}", *accounts[number]).into());
        }
        if sum != expected {
            return Err(format!("the accounts hold {sum} together, not {expected}").into());
        }
        for account in accounts {
            account.commit()?;
        }
        Ok(())
    }
}

/// Chance, good enough to choose accounts.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Transfers money until the time is over; how often.
fn work(bank: &Bank, teller: usize, until: Instant) -> Result<u64, Error> {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15 ^ (teller as u64 + 1) << 20);
    let count = bank.accounts.len() as u64;
    let mut transfers = 0;
    while Instant::now() < until {
        let from = chance.below(count);
        let to = (from + 1 + chance.below(count - 1)) % count;
        let amount = 1 + chance.below(100) as i64;
        transfers += u64::from(bank.transfer(teller, from as usize, to as usize, amount)?);
    }
    Ok(transfers)
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let seconds = Duration::try_from_secs_f64(options.seconds)?;
    let node = pangea::join()?;
    let bank = Bank::open(&node, options)?;
    // Each node keeps the lock of its own desk for as long as it works: the leader learns there whether it
    // is done, or dead. It is done when it has written down how much.
    let desks: Vec<Mutex<u64>> = (0..node.size())
        .map(|rank| node.mutex(&format!("desk {rank}")).on_node(0).create())
        .collect::<Result<_, _>>()?;
    let mut desk = desks[node.rank()].lock().map_err(Error::from)?;
    if node.is_leader() {
        for account in &bank.accounts {
            let mut account = account.lock().map_err(Error::from)?;
            *account = Account { balance: OPENING, changes: 1 };
        }
    }
    node.barrier()?;
    println!("rank {} is at work (process {})", node.rank(), std::process::id());

    let until = Instant::now() + seconds;
    let audits = AtomicU64::new(0);
    let tellers = options.tellers as usize;
    let transfers = std::thread::scope(|threads| {
        let bank = &bank;
        let first = node.rank() * tellers;
        let tellers: Vec<_> = (first..first + tellers)
            .map(|teller| threads.spawn(move || work(bank, teller, until)))
            .collect();
        while node.is_leader() && Instant::now() < until {
            bank.audit().map_err(|error| error.to_string())?;
            audits.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(50));
        }
        let count = |teller: std::thread::ScopedJoinHandle<'_, Result<u64, Error>>| {
            teller
                .join()
                .map_err(|_| "a teller panicked".to_owned())?
                .map_err(|error| error.to_string())
        };
        tellers.into_iter().map(count).sum::<Result<u64, String>>()
    })?;
    *desk = transfers;
    desk.commit()?;
    if node.is_leader() {
        close(&bank, &desks, audits.into_inner())?;
    }
    Ok(())
}

/// Waits until all desks are empty, and looks at the books for the last time.
fn close(bank: &Bank, desks: &[Mutex<u64>], audits: u64) -> Result<(), Box<dyn std::error::Error>> {
    let mut transfers = 0;
    let mut dead = Vec::new();
    for (rank, desk) in desks.iter().enumerate() {
        match desk.lock() {
            Ok(desk) => transfers += *desk,
            Err(LockError::Poisoned(_)) => dead.push(rank),
            Err(LockError::Failed(error)) => return Err(error.into()),
        }
    }
    bank.audit()?;
    println!(
        "{transfers} transfers, {} audits: every one found all the money; accounts mended by rank 0: {}; \
         ranks that died: {dead:?}",
        audits + 1,
        bank.mended.load(Ordering::Relaxed),
    );
    Ok(())
}
