//! The endpoint that a command gets its session from: a server on loopback, in the companion of the
//! command. It is gone with the command.

mod connections;
mod held;

use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd, BorrowedFd};
use std::rc::Rc;

use ring::rand::{SecureRandom, SystemRandom};
use secrecy::SecretString;
use tokio::runtime::Builder;
use tokio::task::{LocalSet, spawn_blocking, spawn_local};

use crate::edge::endpoint::connections::accept;
use crate::edge::endpoint::held::{Held, Renew};
use crate::edge::process::companion::Watch;
use crate::error::{Error, Result};
use crate::model::endpoint::request::Expected;
use crate::model::session::Session;

/// A port of this machine that the command alone has the token for.
#[derive(Debug)]
pub(crate) struct Endpoint {
    listener: TcpListener,
    pub(crate) expected: Expected,
}

impl Endpoint {
    /// Opens a free port of 127.0.0.1.
    ///
    /// # Errors
    /// There is none, or the system has no random numbers.
    pub(crate) fn open() -> Result<Self> {
        let failed = |cause: &str| Error::new("cannot open the endpoint", cause, "try again");
        let listener = TcpListener::bind(("127.0.0.1", 0));
        let listener = listener.map_err(|error| failed(&error.to_string()))?;
        let address = listener.local_addr();
        let address = address.map_err(|error| failed(&error.to_string()))?;
        let mut token = [0; 32];
        SystemRandom::new()
            .fill(&mut token)
            .map_err(|_| failed("no random numbers are available"))?;
        Ok(Self {
            listener,
            expected: Expected {
                host: address.to_string(),
                token: SecretString::from(hex::encode(token)),
            },
        })
    }

    pub(crate) fn descriptor(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }

    /// Serves `session`, and those that `renew` gets when it ends, until the command is gone.
    ///
    /// # Errors
    /// The system refuses what a server needs.
    pub(crate) fn serve(&self, session: Session, renew: Renew, command: Watch) -> io::Result<()> {
        let listener = self.listener.try_clone()?;
        listener.set_nonblocking(true)?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let expected = Rc::new(self.expected.clone());
        let server = async move {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let held = Rc::new(Held::new(session, renew));
            spawn_local(accept(listener, expected, held));
            // If that fails, the endpoint ends too early rather than too late.
            spawn_blocking(move || command.wait())
                .await
                .map_err(io::Error::other)
        };
        LocalSet::new().block_on(&runtime, server)
    }
}
