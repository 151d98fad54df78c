//! What the server knows at run time: the account, the clock, the sessions it gave out, the codes
//! that are burnt, the journal and the faults that are switched on. All of it in memory.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::account::Account;
use crate::fault::Armed;
use crate::journal::Entry;

pub(crate) struct State {
    pub(crate) account: Account,
    /// Seconds that the server's clock is ahead of real time.
    pub(crate) offset: i64,
    /// By access key id.
    pub(crate) sessions: HashMap<String, Session>,
    /// (serial, time step) of every code that was accepted.
    pub(crate) burnt: HashSet<(String, u64)>,
    pub(crate) journal: Vec<Entry>,
    pub(crate) faults: Vec<Armed>,
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
            offset: 0,
            sessions: HashMap::new(),
            burnt: HashSet::new(),
            journal: Vec::new(),
            faults: Vec::new(),
            connections_last: None,
        }
    }

    /// The server's clock, in seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        real_time() + self.offset
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
