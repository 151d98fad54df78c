//! The session that the endpoint hands out. It is renewed when a request finds it near its end, in a
//! thread of its own: a request that waits for that holds up no other one.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::{spawn_blocking, spawn_local};
use tokio::time::timeout;

use crate::edge::clock::now;
use crate::model::endpoint::answer::{MIN_SECONDS_LEFT, NotRenewed, session_json};
use crate::model::session::Session;

/// How long a request waits for a new session while the old one still works: less than the shortest
/// time limit of an SDK, which is that of JavaScript.
const WAIT_IN_TIME: Duration = Duration::from_millis(600);
/// How long it waits if there is nothing to hand out.
const WAIT_ENDED: Duration = Duration::from_secs(10);
/// How long no other session is looked for, while the old one still works: at least, and at most.
const PAUSE_IN_TIME: [u64; 2] = [5, 60];
/// The same if the old one has ended and a call has failed.
const PAUSE_ENDED: Duration = Duration::from_secs(1);

/// Gets the session that is handed out next. It may take as long as a call.
pub(super) type Renew = Arc<dyn Fn() -> Result<Session, NotRenewed> + Send + Sync>;

pub(super) struct Held {
    session: RefCell<Session>,
    /// Why there is no better one.
    refused: RefCell<Option<NotRenewed>>,
    renew: Renew,
    renews: Cell<bool>,
    /// When the last renewal was over; its number is sent to those that wait.
    last: Cell<Option<Instant>>,
    number: watch::Sender<u64>,
}

impl Held {
    pub(super) fn new(session: Session, renew: Renew) -> Self {
        Self {
            session: RefCell::new(session),
            refused: RefCell::new(None),
            renew,
            renews: Cell::new(false),
            last: Cell::new(None),
            number: watch::channel(0).0,
        }
    }

    /// The session in the protocol's form.
    pub(super) async fn session(self: &Rc<Self>) -> Result<String, NotRenewed> {
        if self.left() < MIN_SECONDS_LEFT && !self.rests() {
            self.look_for_another().await;
        }
        match self.left() {
            0 => Err(self.refusal()),
            _ => Ok(session_json(&self.session.borrow(), now())),
        }
    }

    fn left(&self) -> u64 {
        self.session.borrow().left(now())
    }

    /// Whether it is too early to look for another session once more. Someone may have signed in at
    /// any moment, and is not made to wait.
    fn rests(&self) -> bool {
        let pause = match (self.left(), &*self.refused.borrow()) {
            (left @ 1.., _) => {
                let [least, most] = PAUSE_IN_TIME;
                Duration::from_secs((left / 2).clamp(least, most))
            }
            (0, Some(NotRenewed::Failed(_))) => PAUSE_ENDED,
            (0, _) => Duration::ZERO,
        };
        let last = self.last.get();
        !self.renews.get() && last.is_some_and(|last| last.elapsed() < pause)
    }

    async fn look_for_another(self: &Rc<Self>) {
        let mut over = self.number.subscribe();
        if !self.renews.replace(true) {
            let held = self.clone();
            // On its own: the client that it is done for may go away.
            spawn_local(async move { held.get_another().await });
        }
        let wait = match self.left() {
            0 => WAIT_ENDED,
            _ => WAIT_IN_TIME,
        };
        // What is there is looked at in any case.
        drop(timeout(wait, over.changed()).await);
    }

    async fn get_another(&self) {
        let renew = self.renew.clone();
        let renewed = spawn_blocking(move || renew()).await;
        match renewed.unwrap_or_else(|error| Err(NotRenewed::Failed(error.to_string()))) {
            Ok(session) => {
                self.refused.replace(None);
                if session.expires_at > self.session.borrow().expires_at {
                    self.session.replace(session);
                }
            }
            Err(refused) => drop(self.refused.replace(Some(refused))),
        }
        self.last.set(Some(Instant::now()));
        self.renews.set(false);
        self.number.send_modify(|number| *number += 1);
    }

    fn refusal(&self) -> NotRenewed {
        let refused = self.refused.borrow().clone();
        refused.unwrap_or_else(|| {
            NotRenewed::Failed("the session has ended, and is being renewed: try again".to_owned())
        })
    }
}
