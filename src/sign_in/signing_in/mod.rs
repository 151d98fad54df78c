//! A sign-in under way: what all its parts need.

pub(crate) mod account;
pub(crate) mod before_question;
pub(crate) mod caller;
pub(crate) mod exchange;
pub(crate) mod flow;
pub(crate) mod key_check;
pub(crate) mod mfa_device;
pub(crate) mod programs;
pub(crate) mod session_record;

use std::time::Instant;

use crate::edge::aws::thread::{Aws, Pending};
use crate::edge::aws::validate::Identity;
use crate::edge::lock::device_lock::DeviceLock;
use crate::edge::output::Ui;
use crate::edge::store::cache::Cache;
use crate::error::Error;
use crate::model::environment::Environment;
use crate::model::plan::Fresh;
use crate::model::session::Session;
use crate::model::settings::Settings;
use crate::model::time::Timestamp;
use crate::options::SignIn;
use crate::sign_in::ask::code_source::{Asking, Codes};

/// A session, and the settings that asked for it.
pub(crate) struct Obtained {
    pub(crate) session: Session,
    pub(crate) settings: Settings,
    /// Why the next run will not find the session.
    pub(crate) not_kept: Option<Error>,
}

/// A sign-in that can begin.
pub(crate) struct SigningIn<'a> {
    pub(crate) env: &'a Environment,
    pub(crate) sign_in: &'a SignIn,
    pub(crate) settings: Settings,
    pub(crate) cache: &'a Cache,
    pub(crate) ui: Ui,
    /// Where codes come from, once that is known.
    pub(crate) codes: Option<Codes>,
    pub(crate) check: KeyCheck,
    /// When the device shows a new code, where a person has to wait for it.
    pub(crate) next_code_at: Option<Instant>,
    pub(crate) aws: Aws,
    pub(crate) asking: Asking,
    /// Whether the device is one of several that give codes.
    pub(crate) one_of_several: bool,
    /// Whether a person was asked and gave up, or got as many codes wrong as one may.
    pub(crate) given_up: bool,
    /// The locks that are held. To the end: the run that waits for one finds all that this run found.
    pub(crate) locks: Vec<DeviceLock>,
    /// When this sign-in was asked for.
    pub(crate) begun: Timestamp,
    pub(crate) fresh: Fresh,
    /// Why a session could not be kept; the first reason.
    pub(crate) not_kept: Option<Error>,
}

/// The call without a code that goes out while a person looks for the phone.
pub(crate) enum KeyCheck {
    NotBegun,
    UnderWay(Pending<Identity>),
    /// It is over, and does not speak against a code.
    Over(Option<Identity>),
}

pub(crate) fn given_up() -> Error {
    Error::new(
        "no code was given",
        "the question was not answered",
        "run it again",
    )
}
