//! What the server knows at run time: the account, the clock, the sessions it gave out, the codes
//! that are burnt, the journal and the faults that are switched on. All of it in memory.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::account::Account;
use crate::fault::Armed;
use crate::journal::Entry;

pub(crate) struct State {
    /// What IAM knows.
    pub(crate) account: Account,
    /// The account before each change that the rest of AWS does not see yet, and when it was made.
    unsettled: VecDeque<(i64, Account)>,
    /// Seconds that the server's clock is ahead of real time.
    pub(crate) offset: i64,
    /// By access key id.
    pub(crate) sessions: HashMap<String, Session>,
    /// (serial, time step) of every code that was accepted.
    pub(crate) burnt: HashSet<(String, u64)>,
    pub(crate) journal: Vec<Entry>,
    pub(crate) faults: Vec<Armed>,
    /// Tokens of the federation endpoint.
    pub(crate) signin_tokens: HashMap<String, SigninToken>,
    /// How long a connection is kept, if not as long as the client likes.
    pub(crate) connections_last: Option<Duration>,
}

/// Temporary credentials; the id is the key of the map.
pub(crate) struct Session {
    pub(crate) secret: String,
    pub(crate) token: String,
    pub(crate) holder: Holder,
    /// When a code was verified, if one was.
    pub(crate) authenticated: Option<i64>,
    pub(crate) expires: i64,
    /// Whether temporary keys were used to get it.
    pub(crate) chained: bool,
}

/// Signs a browser in.
pub(crate) struct SigninToken {
    /// The access key id of the session that it is for.
    pub(crate) key: String,
    pub(crate) made: i64,
}

/// Whose credentials they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// A user of that name, or the root user.
    User(String),
    Role {
        role: String,
        session: String,
    },
}

impl State {
    pub(crate) fn new(account: Account) -> State {
        State {
            account,
            unsettled: VecDeque::new(),
            offset: 0,
            sessions: HashMap::new(),
            burnt: HashSet::new(),
            journal: Vec::new(),
            faults: Vec::new(),
            signin_tokens: HashMap::new(),
            connections_last: None,
        }
    }

    /// The server's clock, in seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        real_time() + self.offset
    }

    /// The account as all of AWS but IAM itself sees it.
    pub(crate) fn seen(&self) -> &Account {
        self.unsettled
            .front()
            .map_or(&self.account, |(_, before)| before)
    }

    /// Forgets how the account was before changes that everyone sees by now.
    pub(crate) fn settle(&mut self, now: i64) {
        let settles_after = self.account.settles_after;
        let settled = |made: i64| made + settles_after <= now;
        while self
            .unsettled
            .front()
            .is_some_and(|&(made, _)| settled(made))
        {
            self.unsettled.pop_front();
        }
    }

    /// The account, for a change that IAM was asked for.
    pub(crate) fn change(&mut self, now: i64) -> &mut Account {
        if self.account.settles_after > 0 {
            self.unsettled.push_back((now, self.account.clone()));
        }
        &mut self.account
    }

    /// The account, for a change by a test, which everyone sees at once.
    pub(crate) fn edit(&mut self) -> &mut Account {
        self.unsettled.clear();
        &mut self.account
    }

    /// A test may have deleted the user or the role since.
    pub(crate) fn exists(&self, holder: &Holder) -> bool {
        match holder {
            Holder::User(name) => self.account.users.contains_key(name),
            Holder::Role { role, .. } => self.account.roles.contains_key(role),
        }
    }

    /// The code that the first TOTP device of the user shows now.
    pub(crate) fn code(&self, user: &str) -> Option<String> {
        let devices = &self.account.users.get(user)?.devices;
        devices.iter().find_map(|device| device.code_at(self.now()))
    }
}

pub(crate) fn real_time() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Random letters of the alphabet given, for ids, secrets and tokens.
pub(crate) fn random(alphabet: &[u8], length: usize) -> String {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes).expect("the system has random bytes");
    bytes
        .iter()
        .map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()]))
        .collect()
}
